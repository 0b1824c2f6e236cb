package neox.remote.push;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import neox.base.AtomicDirectory;
import neox.base.AtomicFile;
import neox.base.UserException;
import neox.hub.HubAddress;
import neox.hub.HubClient;
import neox.hub.HubHttp;
import neox.hub.HubSettings;
import neox.hub.LocalFile;
import neox.hub.Pause;
import neox.hub.RepoId;
import neox.hub.RepoKind;
import neox.hub.Token;
import neox.hub.UploadObserver;
import neox.hub.Visibility;
import neox.hub.upload.FolderUpload;
import neox.hub.upload.LocalFolder;
import neox.hub.upload.Sending;
import neox.hub.upload.UploadRequest;
import neox.remote.Manifest;
import neox.remote.StoreAddress;

/// A repository of a hub, `hf://owner/name`, or `hf://owner/name@branch/folder`: each directory is
/// one commit, so nobody ever sees a part of it; one of which the repository's `.gitignore`
/// excludes a file is refused. A repository that is not there is made, and is private.
public final class HubTarget implements PushTarget {
  static final String SCHEME = "hf";

  private final StoreAddress address;
  private final RepoId repo;
  private final String branch;
  private final String folder;
  private final HubSettings settings;
  private final Sending sending;
  private final Pause pause;
  private final Consumer<String> warnings;

  private HubTarget(
      StoreAddress address,
      HubSettings settings,
      Sending sending,
      Pause pause,
      Consumer<String> warnings) {
    this.address = address;
    if (address.names().isEmpty()) {
      throw UserException.of("%s: expected hf://owner/name", address);
    }
    HubAddress parsed = HubAddress.parse(address.toString());
    if (parsed.kind() != RepoKind.MODEL) {
      throw UserException.of(
          "%s: is a data set; checkpoints go to a model's repository, hf://owner/name", address);
    }
    this.repo = parsed.repo();
    this.branch = parsed.revision();
    this.folder = parsed.path();
    this.settings = settings;
    this.sending = sending;
    this.pause = pause;
    this.warnings = warnings;
  }

  /// Makes no call yet; [UserException] without a token, or where the hub must not be called.
  ///
  /// @param warnings hears what does not stop a push
  static HubTarget open(
      StoreAddress address, Map<String, String> environment, Consumer<String> warnings, Pause pause)
      throws IOException {
    Optional<Token> token = Token.find(environment);
    if (token.isEmpty()) {
      throw UserException.of(
          "%s: no token for the hub; set HF_TOKEN, or log in with the hub's own tools", address);
    }
    HubSettings settings = HubSettings.of("neox-train", environment, Optional.empty(), token);
    settings.requireOnline();
    return new HubTarget(address, settings, Sending.usual(environment), pause, warnings);
  }

  @Override
  public String address() {
    return address.toString();
  }

  /// A repository is not made before there is something for it: that one is not there is no
  /// trouble.
  @Override
  public void check() throws IOException, InterruptedException {
    UploadRequest.toBranch(repo, branch, "check", Visibility.PRIVATE);
    try (HubClient client =
        new HubClient(new HubHttp(settings, new Observer(_ -> {}, warnings), pause))) {
      client.requireAccess(repo);
    }
  }

  @Override
  public void push(Path directory, Manifest manifest, LongConsumer sent)
      throws IOException, InterruptedException {
    String name = String.valueOf(directory.getFileName());
    Path extra = Files.createTempDirectory("neox-push");
    try (FolderUpload upload =
        FolderUpload.open(settings, new Observer(sent, warnings), pause, sending)) {
      List<LocalFile> files = new ArrayList<>();
      for (Manifest.Entry entry : manifest.files()) {
        Path file = directory.resolve(entry.path());
        files.add(
            new LocalFile(
                path(name + "/" + entry.path()),
                file,
                entry.bytes(),
                Files.getLastModifiedTime(file)));
      }
      files.add(written(extra, path(name + "/" + Manifest.NAME), manifest.json()));
      files.add(written(extra, path("latest"), name.getBytes(StandardCharsets.UTF_8)));
      files.sort(Comparator.comparing(LocalFile::path));
      upload.runWhole(
          new LocalFolder(directory, files),
          UploadRequest.toBranch(repo, branch, "Add " + name, Visibility.PRIVATE));
    } finally {
      AtomicDirectory.deleteTree(extra);
    }
  }

  private String path(String below) {
    return folder.isEmpty() ? below : folder + "/" + below;
  }

  private static LocalFile written(Path directory, String path, byte[] bytes) throws IOException {
    Path file = directory.resolve(path.substring(path.lastIndexOf('/') + 1));
    AtomicFile.write(file, bytes);
    return LocalFile.of(path, file);
  }

  /// Turns the sum of what was sent into steps.
  private static final class Observer implements UploadObserver {
    private final LongConsumer sent;
    private final Consumer<String> warnings;
    private long before;

    Observer(LongConsumer sent, Consumer<String> warnings) {
      this.sent = sent;
      this.warnings = warnings;
    }

    @Override
    public void progress(Phase phase, long doneBytes, long totalBytes, String path) {
      if (phase == Phase.SENDING && doneBytes > before) {
        sent.accept(doneBytes - before);
        before = doneBytes;
      }
    }

    @Override
    public void warn(String line) {
      warnings.accept(line);
    }
  }

  @Override
  public void close() {
    // Connections last as long as a push.
  }
}
