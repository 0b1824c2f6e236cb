package neox.data.indexed;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;
import neox.base.AtomicDirectory;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.process.Exclusive;

/// A directory with a name that says what it is, in which output is built beside its final place.
///
/// A killed process leaves it whole, and nothing else. While it is open no other process can open
/// it; the operating system gives the lock back however the process ends. Not thread-safe.
public final class WorkDirectory implements AutoCloseable {
  private static final String LOCK = "lock";

  private final Path path;
  private final FileChannel lock;
  private final boolean locked;

  private WorkDirectory(Path path, FileChannel lock, boolean locked) {
    this.path = path;
    this.lock = lock;
    this.locked = locked;
  }

  /// Makes the directory, if need be, and locks it. [UserException] when another process has it, or
  /// when it holds something that was not made here.
  public static WorkDirectory open(Path path) throws IOException {
    while (true) {
      refuseForeign(path);
      Files.createDirectories(path);
      AtomicDirectory.syncDirectory(AtomicDirectory.parentOf(path));
      FileChannel lock =
          NamedFiles.open(path.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      try {
        boolean locked = tryLock(lock, path);
        if (Files.exists(path.resolve(LOCK))) {
          return new WorkDirectory(path, lock, locked);
        }
        lock.close(); // its owner has just deleted it: begin again
      } catch (IOException | RuntimeException e) {
        lock.close();
        throw e;
      }
    }
  }

  private static void refuseForeign(Path path) throws IOException {
    if (!Files.exists(path) || Files.exists(path.resolve(LOCK))) {
      return;
    }
    if (!Files.isDirectory(path) || !entries(path).isEmpty()) {
      throw UserException.of(
          "%s is needed as the working directory, but something else has that name; move it away,"
              + " or choose another output",
          path);
    }
  }

  /// False where the file system has no locks, as some parallel ones are mounted.
  private static boolean tryLock(FileChannel lock, Path path) {
    try {
      if (Exclusive.tryLock(lock)) {
        return true;
      }
    } catch (IOException e) {
      return false;
    }
    throw UserException.of(
        "%s: another run is writing here; wait until it has ended, or choose another output", path);
  }

  private static List<Path> entries(Path path) throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries.toList();
    }
  }

  public Path path() {
    return path;
  }

  /// Where a file of this name lies.
  public Path file(String name) {
    return path.resolve(name);
  }

  /// False where the file system has no locks: then nothing keeps a second run out.
  public boolean isLocked() {
    return locked;
  }

  /// Deletes what an earlier run left.
  public void clear() throws IOException {
    for (Path entry : entries(path)) {
      if (!entry.equals(path.resolve(LOCK))) {
        Files.delete(entry);
      }
    }
  }

  /// Deletes the directory with everything in it.
  public void delete() throws IOException {
    clear();
    Files.delete(path.resolve(LOCK));
    Files.delete(path);
    AtomicDirectory.syncDirectory(AtomicDirectory.parentOf(path));
  }

  /// Lets others in; what is in the directory stays.
  @Override
  public void close() throws IOException {
    lock.close();
  }
}
