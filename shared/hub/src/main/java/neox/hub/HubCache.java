package neox.hub;

import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.NamedFiles;

/// What the hub's own tools have downloaded to this machine; it is only read.
///
/// A repository is a directory `models--OWNER--NAME`: `refs/REVISION` holds the name of a commit,
/// `snapshots/COMMIT/PATH` are links to `blobs/SUM`, named by the sum of their content.
public final class HubCache {
  private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

  private final Path directory;

  private HubCache(Path directory) {
    this.directory = directory;
  }

  /// `HF_HUB_CACHE`, else `hub` below `HF_HOME`, else below the user's cache directory.
  public static HubCache of(Map<String, String> environment) {
    Path usual = Token.hubHome(environment).resolve("hub");
    String older = environment.getOrDefault("HUGGINGFACE_HUB_CACHE", "");
    return new HubCache(
        Token.directory(environment, "HF_HUB_CACHE", older.isBlank() ? usual : Path.of(older)));
  }

  /// Where the `datasets` library keeps what it has prepared: `HF_DATASETS_CACHE`, else `datasets`
  /// below `HF_HOME`, else below the user's cache directory.
  public static Path ofDatasets(Map<String, String> environment) {
    return Token.directory(
        environment, "HF_DATASETS_CACHE", Token.hubHome(environment).resolve("datasets"));
  }

  public Path directory() {
    return directory;
  }

  /// The file with this content, as far as its name says; it may be damaged.
  public Optional<Path> find(RepoKind kind, RepoId repo, Checksum checksum) {
    Path blob = home(kind, repo).resolve("blobs").resolve(checksum.hex());
    return Files.isRegularFile(blob) ? Optional.of(blob) : Optional.empty();
  }

  /// The directory that holds what is there of a branch, a tag or a commit, as it was when it was
  /// downloaded; some of its files may be missing.
  public Optional<Path> snapshotDirectory(RepoKind kind, RepoId repo, String revision)
      throws IOException {
    Path home = home(kind, repo);
    Path ref = home.resolve("refs").resolve(revision).normalize();
    String commit =
        ref.startsWith(home) && Files.isRegularFile(ref)
            ? NamedFiles.readString(ref).strip()
            : revision;
    Path root = home.resolve("snapshots").resolve(commit);
    return COMMIT.matcher(commit).matches() && Files.isDirectory(root)
        ? Optional.of(root)
        : Optional.empty();
  }

  /// What is there of a branch, a tag or a commit, as it was when it was downloaded.
  ///
  /// @param settings of the hub that it came from
  public Optional<Snapshot> snapshot(
      HubSettings settings, RepoKind kind, RepoId repo, String revision) throws IOException {
    Optional<Path> found = snapshotDirectory(kind, repo, revision);
    if (found.isEmpty()) {
      return Optional.empty();
    }
    Path root = found.get();
    String commit = root.getFileName().toString();
    List<RemoteFile> files = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path path : tree.filter(Files::isRegularFile).sorted().toList()) {
        String name = root.relativize(path).toString();
        URI address = HubRepository.file(settings, kind, repo, commit, name).address();
        files.add(
            new RemoteFile(
                name,
                address,
                OptionalLong.of(Files.size(path)),
                Checksum.ofHubTag(path.toRealPath().getFileName().toString())));
      }
    }
    return Optional.of(new Snapshot(repo, commit, MissingNode.getInstance(), files));
  }

  private Path home(RepoKind kind, RepoId repo) {
    String owner = repo.owner().map(name -> name + "--").orElse("");
    return directory.resolve(kind.api() + "--" + owner + repo.name());
  }
}
