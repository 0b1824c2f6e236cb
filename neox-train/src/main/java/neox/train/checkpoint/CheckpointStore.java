package neox.train.checkpoint;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.AtomicDirectory;
import neox.base.AtomicFile;
import neox.parallel.comm.Communicator;
import neox.weights.neox.CheckpointNames;

/// The checkpoints of one run: `global_step{N}` directories and the file `latest` that names the
/// one to continue from.
///
/// A process killed at any moment leaves at most hidden siblings behind, which [#clean] removes: a
/// visible `global_step{N}` is complete, and `latest` changes only after it is.
public final class CheckpointStore {
  private static final Pattern REPLACED =
      Pattern.compile("\\.(" + CheckpointNames.DIRECTORY_REGEX + ")\\.old");
  private static final Pattern LEFTOVER =
      Pattern.compile(
          "\\.("
              + CheckpointNames.DIRECTORY_REGEX
              + "\\.(tmp|old|deleted)|("
              + CheckpointNames.LATEST
              + "|metrics\\.jsonl)\\.\\d+\\.tmp)");

  private final Path root;

  public CheckpointStore(Path root) {
    this.root = root;
  }

  /// Writes the files of one checkpoint into a directory.
  @FunctionalInterface
  public interface Content {
    void writeTo(Path directory) throws IOException;
  }

  public Path root() {
    return root;
  }

  public Path path(long iteration) {
    return root.resolve(CheckpointNames.directory(iteration));
  }

  /// The step that `latest` names. Without that file, the newest step: a run killed right after its
  /// first checkpoint appeared had no time to write it.
  public Optional<Long> latest() throws IOException {
    Path file = root.resolve(CheckpointNames.LATEST);
    if (Files.exists(file)) {
      return boxed(CheckpointNames.iteration(Files.readString(file).strip()));
    }
    List<Long> all = iterations();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  private static Optional<Long> boxed(OptionalLong iteration) {
    return iteration.isPresent() ? Optional.of(iteration.getAsLong()) : Optional.empty();
  }

  /// All complete checkpoints, oldest first.
  public List<Long> iterations() throws IOException {
    List<Long> iterations = new ArrayList<>();
    for (Path entry : entries()) {
      if (Files.isDirectory(entry)) {
        CheckpointNames.iteration(entry.getFileName().toString()).ifPresent(iterations::add);
      }
    }
    Collections.sort(iterations);
    return iterations;
  }

  /// Writes a complete checkpoint, then points `latest` at it. All ranks of a run call this
  /// together and write their files into one directory; when it returns, the checkpoint is there.
  public void write(long iteration, Content content, Communicator world) throws IOException {
    if (world.isFirst()) {
      Files.createDirectories(root);
      try (AtomicDirectory directory = AtomicDirectory.create(path(iteration))) {
        world.barrier();
        content.writeTo(directory.path());
        world.barrier();
        directory.commit();
      }
      AtomicFile.write(root.resolve(CheckpointNames.LATEST), CheckpointNames.directory(iteration));
    } else {
      world.barrier();
      content.writeTo(AtomicDirectory.siblingOf(path(iteration)));
      world.barrier();
    }
    world.barrier();
  }

  /// Deletes the oldest checkpoints until `keepLast` remain, not counting `kept`; neither those nor
  /// the one that `latest` names are ever deleted.
  public void retain(int keepLast, Set<Long> kept) throws IOException {
    List<Long> candidates = iterations();
    candidates.removeAll(kept);
    Optional<Long> latest = latest();
    for (long iteration : candidates.subList(0, Math.max(0, candidates.size() - keepLast))) {
      if (latest.isPresent() && latest.get() == iteration) {
        continue;
      }
      // Renamed first: a half-deleted directory must not look like a checkpoint.
      Path doomed = root.resolve("." + CheckpointNames.directory(iteration) + ".deleted");
      Files.move(path(iteration), doomed);
      AtomicDirectory.deleteTree(doomed);
    }
  }

  /// Removes what a killed process left behind; returns how many leftovers there were.
  public int clean() throws IOException {
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
