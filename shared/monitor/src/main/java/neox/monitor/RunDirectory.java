package neox.monitor;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.process.Exclusive;

/// A directory in which one run keeps its records. A run that is told to use another run's gets a
/// sub-directory of it, `run-2` and so on, for nobody's history is overwritten.
///
/// The file `records.run` holds the name of the run, from its first step on; a lock on it keeps
/// runs apart that have not come so far. Not thread-safe.
public final class RunDirectory implements AutoCloseable {
  private static final String MARK = "records.run";
  private static final String UNKNOWN = "unknown";
  private static final int LONGEST_NAME = 200;
  private static final int MOST_RUNS = 100_000;

  private final Path path;
  private final String run;
  private final FileChannel mark;
  private boolean own;

  private RunDirectory(Path path, String run, FileChannel mark, boolean own) {
    this.path = path;
    this.run = run;
    this.mark = mark;
    this.own = own;
  }

  /// The directory of a run: `root` itself when it is the run's own or nobody's, else the first
  /// such sub-directory. It is made, so that a place which cannot be written is found out here.
  public static RunDirectory claim(Path root, String run) throws IOException {
    for (int number = 1; number <= MOST_RUNS; number++) {
      Path candidate = number == 1 ? root : root.resolve("run-" + number);
      Optional<RunDirectory> claimed = tryToClaim(candidate, run);
      if (claimed.isPresent()) {
        return claimed.get();
      }
    }
    throw new IllegalStateException(root + ": too many runs");
  }

  private static Optional<RunDirectory> tryToClaim(Path path, String run) throws IOException {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw UserException.of("%s: expected a directory for a run's records, found a file", path);
    }
    Files.createDirectories(path);
    Path file = path.resolve(MARK);
    boolean isUnknown = !Files.exists(file) && holdsRecords(path);
    FileChannel mark =
        NamedFiles.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      if (Exclusive.tryLock(mark)) {
        String owner = isUnknown ? UNKNOWN : read(mark);
        if (owner.isEmpty() || owner.equals(run)) {
          return Optional.of(new RunDirectory(path, run, mark, owner.equals(run)));
        }
        if (isUnknown) {
          write(mark, UNKNOWN);
        }
      }
    } catch (IOException e) {
      mark.close();
      throw e;
    }
    mark.close();
    return Optional.empty();
  }

  /// What a run has left that knew no marks.
  private static boolean holdsRecords(Path path) throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .map(entry -> entry.getFileName().toString())
          .anyMatch(name -> name.equals("metrics.jsonl") || name.contains(".tfevents."));
    }
  }

  public Path path() {
    return path;
  }

  /// Says that the run has begun: from now on the directory is its own.
  public void keep() throws IOException {
    if (!own) {
      write(mark, run);
      own = true;
    }
  }

  /// Through the channel that holds the lock: another one would give it back at its end.
  private static String read(FileChannel mark) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(LONGEST_NAME);
    mark.read(text, 0);
    return StandardCharsets.UTF_8.decode(text.flip()).toString().strip();
  }

  private static void write(FileChannel mark, String run) throws IOException {
    mark.truncate(0);
    mark.write(ByteBuffer.wrap((run + "\n").getBytes(StandardCharsets.UTF_8)), 0);
  }

  /// Lets others in, if the run has not begun.
  @Override
  public void close() throws IOException {
    mark.close();
  }
}
