package neox.hub.upload;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.hub.Destination;
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

/// Brings a branch of a hub's repository to the content of a local folder, with one commit unless
/// there are very many files, or proposes that in a pull request.
///
/// Files that the hub has already are left alone, so a broken-off upload is resumed by running it
/// again. Files that only the hub has are kept. The owner closes it.
public final class FolderUpload implements AutoCloseable {
  private static final String CARD = "README.md";

  private final HubClient client;
  private final Sending sending;
  private final Portions portions;

  FolderUpload(HubClient client, Sending sending, Portions portions) {
    this.client = client;
    this.sending = sending;
    this.portions = portions;
  }

  /// Prepares calls to a hub; makes none yet.
  ///
  /// @param observer is called by one thread at a time; what it throws ends the upload
  /// @param pause how to wait before a call is repeated
  public static FolderUpload open(
      HubSettings settings, UploadObserver observer, Pause pause, Sending sending) {
    return new FolderUpload(
        new HubClient(new HubHttp(settings, observer, pause)), sending, Portions.USUAL);
  }

  /// Creates what is missing, uploads what differs, commits; what `.gitignore` excludes is left
  /// out.
  public UploadResult run(LocalFolder folder, UploadRequest upload)
      throws IOException, InterruptedException {
    return run(folder, upload, _ -> {});
  }

  /// As [#run], of a folder that is of no use without any of its files: [UserException] when
  /// `.gitignore` excludes one, before anything is sent.
  public UploadResult runWhole(LocalFolder folder, UploadRequest upload)
      throws IOException, InterruptedException {
    return run(folder, upload, remote -> requireAll(folder, remote, upload.repo()));
  }

  private static void requireAll(LocalFolder folder, RemoteState remote, RepoId repo) {
    List<String> ignored =
        folder.files().stream()
            .map(LocalFile::path)
            .filter(path -> Objects.requireNonNull(remote.files().get(path)).ignored())
            .toList();
    if (!ignored.isEmpty()) {
      throw UserException.of(
          "%s: its .gitignore excludes %s%s, so that nothing was sent; take the rule out of that"
              + " file, or choose another repository",
          repo,
          ignored.getFirst(),
          ignored.size() == 1 ? "" : " and " + (ignored.size() - 1) + " more");
    }
  }

  private UploadResult run(LocalFolder folder, UploadRequest upload, Consumer<RemoteState> check)
      throws IOException, InterruptedException {
    RepoId repo = prepare(upload);
    Optional<LocalFile> card = folder.find(CARD);
    if (card.isPresent()) {
      client.validateCard(card.get());
    }
    RemoteState remote = client.ask(repo, upload.destination(), folder.files());
    check.accept(remote);
    List<PlannedFile> planned = plan(folder, remote);
    List<PlannedFile> changed = planned.stream().filter(PlannedFile::isChange).toList();
    if (changed.isEmpty()) {
      String url = committer(repo, upload.destination().revision()).head();
      return new UploadResult(repo, new Outcome.UpToDate(url), planned);
    }
    List<PlannedFile.Large> large = large(changed);
    warnOfMissingRules(folder, large);
    LfsBatch batch = new LfsBatch(client.http(), repo, upload.destination());
    new LfsTransfer(client.http(), batch, sending).send(large);
    Outcome outcome =
        switch (upload.destination()) {
          case Destination.Branch branch ->
              commit(committer(repo, branch.name()), upload.text(), portions.cut(changed));
          case Destination.NewPullRequest pullRequest ->
              propose(repo, upload.text(), portions.cut(changed));
        };
    return new UploadResult(repo, outcome, planned);
  }

  /// Sees to it that there is what the commits go to; gives the repository with its owner.
  private RepoId prepare(UploadRequest upload) throws IOException, InterruptedException {
    return switch (upload.destination()) {
      case Destination.Branch branch -> {
        RepoId repo = client.create(upload.repo(), upload.visibility());
        if (branch.mayBeCreated()) {
          client.createBranch(repo, branch.name());
        }
        yield repo;
      }
      case Destination.NewPullRequest pullRequest -> {
        RepoId repo = client.ownedByCaller(upload.repo());
        client.head(repo, pullRequest.revision()); // it must exist
        yield repo;
      }
    };
  }

  private Committer committer(RepoId repo, String branch) {
    return new Committer(client, repo, new Destination.Branch(branch));
  }

  private static Outcome commit(
      Committer committer, CommitText text, List<List<PlannedFile>> portions)
      throws IOException, InterruptedException {
    String url = "";
    for (int i = 0; i < portions.size(); i++) {
      url = committer.commit(text.part(i + 1, portions.size()), portions.get(i));
    }
    return new Outcome.Committed(url, portions.size());
  }

  private Outcome propose(RepoId repo, CommitText text, List<List<PlannedFile>> portions)
      throws IOException, InterruptedException {
    PullRequest.Opened opened =
        new PullRequest(client, repo).open(text.part(1, portions.size()), portions.getFirst());
    Committer committer = new Committer(client, repo, opened.branch());
    for (int i = 1; i < portions.size(); i++) {
      RemoteState now =
          client.ask(
              repo, opened.branch(), portions.get(i).stream().map(PlannedFile::file).toList());
      List<PlannedFile> missing =
          portions.get(i).stream().filter(planned -> !planned.isAt(now)).toList();
      if (!missing.isEmpty()) {
        committer.commit(text.part(i + 1, portions.size()), missing);
      }
    }
    return new Outcome.Proposed(opened.url(), opened.branch().name());
  }

  /// Says what [#run] would do; changes nothing at the hub.
  public UploadResult dryRun(LocalFolder folder, UploadRequest upload)
      throws IOException, InterruptedException {
    RepoId repo = client.ownedByCaller(upload.repo());
    boolean exists = client.exists(repo, upload.destination().revision());
    List<PlannedFile> planned =
        exists
            ? plan(folder, client.ask(repo, upload.destination(), folder.files()))
            : folder.files().stream().<PlannedFile>map(PlannedFile.New::new).toList();
    return new UploadResult(repo, new Outcome.Planned(exists), planned);
  }

  private List<PlannedFile> plan(LocalFolder folder, RemoteState remote)
      throws IOException, InterruptedException {
    List<LocalFile> files = folder.files();
    PlannedFile[] planned = new PlannedFile[files.size()];
    Meter meter = new Meter(client.http().observer(), Phase.HASHING, folder.bytes());
    List<Lanes.Work> works = new ArrayList<>();
    for (int i = 0; i < planned.length; i++) {
      int at = i;
      LocalFile file = files.get(i);
      RemoteFile there = Objects.requireNonNull(remote.files().get(file.path()));
      works.add(() -> planned[at] = plan(file, there, meter.of(file.path())));
    }
    new Lanes(sending.atOnce()).all(works);
    return Arrays.asList(planned);
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

  /// The hub completes the rules of the repository by itself, but not those of the folder.
  private void warnOfMissingRules(LocalFolder folder, List<PlannedFile.Large> large)
      throws IOException {
    Optional<LocalFile> file = folder.find(GitAttributes.FILE);
    if (file.isEmpty()) {
      return;
    }
    GitAttributes rules = GitAttributes.parse(NamedFiles.readAllBytes(file.get().source()));
    List<String> paths = large.stream().map(planned -> planned.file().path()).toList();
    List<String> missing = paths.stream().filter(path -> !rules.isLarge(path)).toList();
    if (!missing.isEmpty()) {
      client
          .http()
          .observer()
          .warn(
              "%s: no rule sends %s%s to the large file storage, where it goes; whoever clones with"
                      .formatted(
                          file.get().source(),
                          missing.getFirst(),
                          missing.size() == 1 ? "" : " and " + (missing.size() - 1) + " more")
                  + " git needs '%s filter=lfs diff=lfs merge=lfs -text' there"
                      .formatted(pattern(missing.getFirst())));
    }
  }

  private static String pattern(String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    int dot = name.lastIndexOf('.');
    String ending = name.substring(Math.max(dot, 0)).replaceAll("[\\\\*?\\[]", "\\\\$0");
    return (dot < 0 ? "" : "*") + ending.replaceAll("\\s", "[[:space:]]");
  }

  @Override
  public void close() {
    client.close();
  }
}
