package neox.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.AtomicDirectory;
import neox.base.AtomicFile;

/// The checkpoints of one run: `global_step{N}` directories and the file `latest` that names the
/// one to continue from.
///
/// A process killed at any moment leaves at most hidden siblings behind, which [#clean] removes: a
/// visible `global_step{N}` is complete, and `latest` changes only after it is.
final class CheckpointStore {
  private static final String LATEST = "latest";
  private static final Pattern TAG = Pattern.compile("global_step(\\d{1,18})");
  private static final Pattern REPLACED = Pattern.compile("\\.(global_step\\d+)\\.old");
  private static final Pattern LEFTOVER =
      Pattern.compile(
          "\\.(global_step\\d+\\.(tmp|old|deleted)|(latest|metrics\\.jsonl)\\.\\d+\\.tmp)");

  private final Path root;

  CheckpointStore(Path root) {
    this.root = root;
  }

  /// Writes the files of one checkpoint into a directory.
  @FunctionalInterface
  interface Content {
    void writeTo(Path directory) throws IOException;
  }

  Path root() {
    return root;
  }

  Path path(long iteration) {
    return root.resolve("global_step" + iteration);
  }

  /// The step that `latest` names. Without that file, the newest step: a run killed right after its
  /// first checkpoint appeared had no time to write it.
  Optional<Long> latest() throws IOException {
    Path file = root.resolve(LATEST);
    if (Files.exists(file)) {
      Matcher tag = TAG.matcher(Files.readString(file).strip());
      return tag.matches() ? Optional.of(Long.parseLong(tag.group(1))) : Optional.empty();
    }
    List<Long> all = iterations();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /// All complete checkpoints, oldest first.
  List<Long> iterations() throws IOException {
    List<Long> iterations = new ArrayList<>();
    for (Path entry : entries()) {
      Matcher tag = TAG.matcher(entry.getFileName().toString());
      if (tag.matches() && Files.isDirectory(entry)) {
        iterations.add(Long.parseLong(tag.group(1)));
      }
    }
    Collections.sort(iterations);
    return iterations;
  }

  /// Writes a complete checkpoint, then points `latest` at it.
  void write(long iteration, Content content) throws IOException {
    Files.createDirectories(root);
    try (AtomicDirectory directory = AtomicDirectory.create(path(iteration))) {
      content.writeTo(directory.path());
      directory.commit();
    }
    AtomicFile.write(root.resolve(LATEST), "global_step" + iteration);
  }

  /// Deletes the oldest checkpoints until `keepLast` remain, not counting `kept`; neither those nor
  /// the one that `latest` names are ever deleted.
  void retain(int keepLast, Set<Long> kept) throws IOException {
    List<Long> candidates = iterations();
    candidates.removeAll(kept);
    Optional<Long> latest = latest();
    for (long iteration : candidates.subList(0, Math.max(0, candidates.size() - keepLast))) {
      if (latest.isPresent() && latest.get() == iteration) {
        continue;
      }
      // Renamed first: a half-deleted directory must not look like a checkpoint.
      Path doomed = root.resolve(".global_step" + iteration + ".deleted");
      Files.move(path(iteration), doomed);
      AtomicDirectory.deleteTree(doomed);
    }
  }

  /// Removes what a killed process left behind; returns how many leftovers there were.
  int clean() throws IOException {
    int leftovers = 0;
    for (Path entry : entries()) {
      String name = entry.getFileName().toString();
      Matcher replaced = REPLACED.matcher(name);
      if (replaced.matches() && !Files.exists(root.resolve(replaced.group(1)))) {
        Files.move(entry, root.resolve(replaced.group(1)));
        leftovers++;
      } else if (LEFTOVER.matcher(name).matches()) {
        AtomicDirectory.deleteTree(entry);
        leftovers++;
      }
    }
    return leftovers;
  }

  private List<Path> entries() throws IOException {
    if (!Files.isDirectory(root)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(root)) {
      return entries.toList();
    }
  }
}
