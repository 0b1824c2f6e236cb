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
import neox.base.NamedFiles;
import neox.weights.neox.CheckpointNames;
import org.jspecify.annotations.Nullable;

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
              + "|metrics\\.jsonl)\\."
              + AtomicFile.WRITER
              + "\\.tmp)");

  private final Path root;

  public CheckpointStore(Path root) {
    this.root = root;
  }

  /// Writes this rank's files of one checkpoint into a directory.
  @FunctionalInterface
  interface Content {
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
    if (Files.exists(root.resolve(CheckpointNames.LATEST))) {
      return pointedTo();
    }
    List<Long> all = iterations();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /// The step that `latest` names; empty without that file.
  Optional<Long> pointedTo() throws IOException {
    Path file = root.resolve(CheckpointNames.LATEST);
    return Files.exists(file)
        ? boxed(CheckpointNames.iteration(NamedFiles.readString(file).strip()))
        : Optional.empty();
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
  /// together and write their files into one directory, one content after the other; when it
  /// returns, the checkpoint is there. When one of them fails, no trace of it is left.
  void write(long iteration, List<Content> contents, Together ranks) throws IOException {
    Path directory = AtomicDirectory.siblingOf(path(iteration));
    try (Draft draft = new Draft(iteration, ranks.isFirst())) {
      ranks.run(draft::open);
      for (Content content : contents) {
        ranks.run(() -> content.writeTo(directory));
      }
      ranks.run(draft::commit);
    }
  }

  /// The directory that all ranks write into, as far as it is the first rank's business.
  private final class Draft implements AutoCloseable {
    private final long iteration;
    private final boolean isMine;
    private @Nullable AtomicDirectory directory;

    Draft(long iteration, boolean isMine) {
      this.iteration = iteration;
      this.isMine = isMine;
    }

    void open() throws IOException {
      if (isMine) {
        Files.createDirectories(root);
        directory = AtomicDirectory.create(path(iteration));
      }
    }

    void commit() throws IOException {
      if (directory != null) {
        directory.commit();
        AtomicFile.write(
            root.resolve(CheckpointNames.LATEST), CheckpointNames.directory(iteration));
      }
    }

    @Override
    public void close() throws IOException {
      if (directory != null) {
        directory.close();
      }
    }
  }

  /// Deletes the oldest checkpoints until `keepLast` remain, not counting `kept`; neither those nor
  /// the one that `latest` names are ever deleted. Later ones than that are of a course that the
  /// run has left: they neither count nor go.
  ///
  /// @param waiting for something else: they are not deleted now
  public void retain(int keepLast, Set<Long> kept, Set<Long> waiting) throws IOException {
    List<Long> candidates = iterations();
    candidates.removeAll(kept);
    Optional<Long> latest = latest();
    candidates.removeIf(iteration -> latest.isPresent() && iteration > latest.get());
    for (long iteration : candidates.subList(0, Math.max(0, candidates.size() - keepLast))) {
      if (waiting.contains(iteration) || (latest.isPresent() && latest.get() == iteration)) {
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
