package neox.hub.upload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongConsumer;
import neox.hub.FileHash;
import neox.hub.HubClient;
import neox.hub.HubHttp;
import neox.hub.HubSettings;
import neox.hub.LocalFile;
import neox.hub.Pause;
import neox.hub.RemoteState;
import neox.hub.RemoteState.RemoteFile;
import neox.hub.RepoId;
import neox.hub.UploadObserver;
import neox.hub.UploadObserver.Phase;
import neox.hub.upload.UploadResult.Outcome;

/// Brings a branch of a hub's repository to the content of a local folder with one commit.
///
/// Files that the hub has already are left alone, so a broken-off upload is resumed by running it
/// again. Files that only the hub has are kept. The owner closes it.
public final class FolderUpload implements AutoCloseable {
  private static final String CARD = "README.md";

  private final HubClient client;
  private final UploadObserver observer;

  private FolderUpload(HubClient client, UploadObserver observer) {
    this.client = client;
    this.observer = observer;
  }

  /// Prepares calls to a hub; makes none yet.
  ///
  /// @param pause how to wait before a call is repeated
  public static FolderUpload open(HubSettings settings, UploadObserver observer, Pause pause) {
    return new FolderUpload(new HubClient(new HubHttp(settings, observer, pause)), observer);
  }

  /// Creates what is missing, uploads what differs, commits.
  public UploadResult run(LocalFolder folder, UploadRequest upload)
      throws IOException, InterruptedException {
    RepoId repo = client.create(upload.repo(), upload.visibility());
    if (!upload.branch().equals(UploadRequest.MAIN)) {
      client.createBranch(repo, upload.branch());
    }
    Optional<LocalFile> card = folder.find(CARD);
    if (card.isPresent()) {
      client.validateCard(card.get());
    }
    List<PlannedFile> planned = plan(folder, client.ask(repo, upload.branch(), folder.files()));
    List<PlannedFile> changed = UploadResult.changed(planned);
    Committer committer = new Committer(client, upload, repo);
    if (changed.isEmpty()) {
      String url = committer.address(client.head(repo, upload.branch()));
      return new UploadResult(repo, new Outcome.UpToDate(url), planned);
    }
    new LfsTransfer(client.http(), repo, upload.branch()).send(large(changed));
    String url = committer.commit(changed);
    return new UploadResult(repo, new Outcome.Committed(url), planned);
  }

  /// Says what [#run] would do; changes nothing at the hub.
  public UploadResult dryRun(LocalFolder folder, UploadRequest upload)
      throws IOException, InterruptedException {
    RepoId repo = client.ownedByCaller(upload.repo());
    boolean exists = client.exists(repo, upload.branch());
    List<PlannedFile> planned =
        exists ? plan(folder, client.ask(repo, upload.branch(), folder.files())) : allNew(folder);
    return new UploadResult(repo, new Outcome.Planned(exists), planned);
  }

  private static List<PlannedFile> allNew(LocalFolder folder) {
    return folder.files().stream().<PlannedFile>map(PlannedFile.New::new).toList();
  }

  private List<PlannedFile> plan(LocalFolder folder, RemoteState remote) throws IOException {
    List<PlannedFile> planned = new ArrayList<>();
    long hashedBytes = 0;
    for (LocalFile file : folder.files()) {
      long before = hashedBytes;
      LongConsumer hashed =
          done -> observer.progress(Phase.HASHING, before + done, folder.bytes(), file.path());
      RemoteFile there = remote.files().get(file.path());
      planned.add(plan(file, Objects.requireNonNull(there), hashed));
      hashedBytes += file.size();
    }
    return planned;
  }

  private static PlannedFile plan(LocalFile file, RemoteFile there, LongConsumer hashed)
      throws IOException {
    if (there.ignored()) {
      return new PlannedFile.Ignored(file);
    }
    // Object stores refuse to store nothing, so an empty file is never a large one.
    boolean large = there.large() && file.size() > 0;
    String oid = large ? FileHash.sha256(file, hashed) : FileHash.gitBlob(file, hashed);
    if (there.oid().equals(Optional.of(oid))) {
      return new PlannedFile.Unchanged(file);
    }
    return large ? new PlannedFile.Large(file, oid) : new PlannedFile.Regular(file, oid);
  }

  private static List<PlannedFile.Large> large(List<PlannedFile> files) {
    return files.stream()
        .filter(PlannedFile.Large.class::isInstance)
        .map(PlannedFile.Large.class::cast)
        .toList();
  }

  @Override
  public void close() {
    client.close();
  }
}
