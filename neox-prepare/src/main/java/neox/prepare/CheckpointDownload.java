package neox.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.AtomicDirectory;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import neox.hub.HubCache;
import neox.hub.RemoteFile;
import neox.hub.RepoId;
import neox.hub.RepoKind;
import neox.hub.Snapshot;
import neox.hub.download.Download;
import neox.hub.download.Downloads;

/// Downloads chosen files of a model's repository into a directory that appears complete or not at
/// all. Until then they lie in `DIR.part`, where a later run finds those that are finished.
final class CheckpointDownload {
  /// What says that the directory is complete, and of what it is a copy.
  static final String RECORD = "neox-download.json";

  private static final String REVISION = "revision";

  private final Path named;
  private final Path target;
  private final Path building;
  private final String revision;
  private final HubCache cache;
  private final Downloads downloads;
  private final Console console;

  /// @param revision what was asked for, such as a branch; it is noted beside the commit
  /// @param cache where files may lie that need not be downloaded
  CheckpointDownload(
      Path target, String revision, HubCache cache, Downloads downloads, Console console) {
    this.named = target;
    this.target = target.toAbsolutePath().normalize();
    this.building = this.target.resolveSibling(this.target.getFileName() + ".part");
    this.revision = revision;
    this.cache = cache;
    this.downloads = downloads;
    this.console = console;
  }

  /// The directory, as the caller named it.
  Path target() {
    return named;
  }

  /// Throws when the directory holds something that must not be replaced.
  void requireOwn() throws IOException {
    if (Files.exists(target) && !isEmpty() && !Files.isRegularFile(target.resolve(RECORD))) {
      throw UserException.of(
          "%s: is not empty, and neox-prepare did not make it; give another -d", target);
    }
  }

  /// Whether the directory holds these files of this commit; [UserException] when it holds another
  /// download.
  boolean isDone(Snapshot snapshot, List<RemoteFile> files) throws IOException {
    if (!Files.exists(target) || isEmpty()) {
      return false;
    }
    JsonNode json = Json.read(target.resolve(RECORD));
    JsonNode wanted = Json.parse(description(snapshot, files), "the record");
    if (!nameless(json).equals(nameless(wanted))) {
      throw UserException.of(
          "%s: holds %s at %s, or other files of it; give -f to replace it, or another -d",
          target, json.path("repository").asText(), json.path("commit").asText());
    }
    for (RemoteFile file : files) {
      if (!isThere(file, target.resolve(file.name()))) {
        throw UserException.of(
            "%s: has been changed since it was downloaded; give -f to replace it",
            target.resolve(file.name()));
      }
    }
    return true;
  }

  /// A commit is the same under each name that it was asked for by.
  private static JsonNode nameless(JsonNode description) {
    return description.deepCopy() instanceof ObjectNode copy ? copy.without(REVISION) : description;
  }

  /// The commit that the directory holds, when it is a whole download of this revision.
  Optional<String> held(RepoId repo) throws IOException {
    if (!Files.isRegularFile(target.resolve(RECORD))) {
      return Optional.empty();
    }
    JsonNode json = Json.read(target.resolve(RECORD));
    String commit = json.path("commit").asText();
    boolean same =
        json.path("repository").asText().equals(repo.toString())
            && (json.path(REVISION).asText().equals(revision) || commit.equals(revision));
    return same ? Optional.of(commit) : Optional.empty();
  }

  private boolean isEmpty() throws IOException {
    if (!Files.isDirectory(target)) {
      return false;
    }
    try (var entries = Files.list(target)) {
      return entries.findAny().isEmpty();
    }
  }

  /// Keeps other runs away from the directory; [UserException] when one is at it.
  DownloadLock lock() throws IOException {
    return DownloadLock.of(target);
  }

  /// Downloads what is missing and gives the directory its name. The caller has the [#lock].
  void run(Snapshot snapshot, List<RemoteFile> files) throws IOException, InterruptedException {
    Files.createDirectories(building);
    downloads.all(
        files.stream()
            .map(file ->
                new Downloads.Work(file.size(), download -> get(snapshot.repo(), file, download)))
            .toList());
    AtomicFile.write(building.resolve(RECORD), description(snapshot, files));
    removeOthers(files);
    requireAll(files);
    AtomicDirectory.deleteTree(target);
    Files.move(building, target, StandardCopyOption.ATOMIC_MOVE);
  }

  private void get(RepoId repo, RemoteFile file, Download download) throws IOException {
    Path place = place(file);
    if (isThere(file, place)) {
      console.info("%s is there already", file.name());
    } else if (copied(repo, file, place)) {
      console.info("%s was on this machine already", file.name());
    } else {
      download.toFile(file, place);
      console.info("downloaded %s: %,d bytes", file.name(), Files.size(place));
    }
  }

  /// Takes the file from the download that is replaced, or from what the hub's own tools have.
  private boolean copied(RepoId repo, RemoteFile file, Path place) throws IOException {
    if (file.checksum().isEmpty()) {
      return false;
    }
    Optional<Path> held =
        Optional.of(target.resolve(file.name()))
            .filter(Files::isRegularFile)
            .or(() -> cache.find(RepoKind.MODEL, repo, file.checksum().get()));
    if (held.isEmpty() || Files.size(held.get()) != file.size().orElse(-1)) {
      return false;
    }
    Path copy = place.resolveSibling(place.getFileName() + ".copy");
    Files.createDirectories(place.getParent());
    NamedFiles.copy(held.get(), copy, StandardCopyOption.REPLACE_EXISTING);
    if (!isThere(file, copy)) {
      Files.delete(copy);
      return false;
    }
    Files.move(copy, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    return true;
  }

  private Path place(RemoteFile file) {
    Path place = building.resolve(file.name()).normalize();
    if (!place.startsWith(building)) {
      throw UserException.of("%s: this name leads out of the directory", file.name());
    }
    return place;
  }

  private static boolean isThere(RemoteFile file, Path place) throws IOException {
    return Files.isRegularFile(place)
        && file.size().orElse(-1) == Files.size(place)
        && file.checksum().isPresent()
        && file.checksum().get().fits(place);
  }

  /// What an interrupted run with another choice of files has left.
  private void removeOthers(List<RemoteFile> files) throws IOException {
    List<Path> keep = new ArrayList<>(files.stream().map(this::place).toList());
    keep.add(building.resolve(RECORD));
    try (var tree = Files.walk(building)) {
      for (Path path : tree.filter(Files::isRegularFile).toList()) {
        if (!keep.contains(path)) {
          Files.delete(path);
        }
      }
    }
  }

  /// The last look before another directory is deleted: a lock does not keep everybody out.
  private void requireAll(List<RemoteFile> files) throws IOException {
    for (RemoteFile file : files) {
      Path place = place(file);
      if (!Files.isRegularFile(place) || !file.hasSizeOf(place)) {
        throw UserException.of(
            "%s: something else has changed or deleted it since it was downloaded; give the same"
                + " command again",
            place);
      }
    }
  }

  private String description(Snapshot snapshot, List<RemoteFile> files) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("repository", snapshot.repo().toString());
    map.put(REVISION, revision);
    map.put("commit", snapshot.commit());
    List<Map<String, Object>> list = new ArrayList<>();
    for (RemoteFile file : files) {
      Map<String, Object> one = new LinkedHashMap<>();
      one.put("path", file.name());
      file.size().ifPresent(size -> one.put("bytes", size));
      file.checksum().ifPresent(sum -> one.put("checksum", sum.toString()));
      list.add(one);
    }
    map.put("files", list);
    return Json.pretty(map);
  }
}
