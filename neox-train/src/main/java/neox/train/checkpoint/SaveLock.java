package neox.train.checkpoint;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.process.Exclusive;
import org.jspecify.annotations.Nullable;

/// Keeps a second run out of the directory that this one saves to: each would clean away and
/// overwrite what the other writes. The operating system gives the lock back however the process
/// ends; the file itself stays. Not thread-safe.
public final class SaveLock implements AutoCloseable {
  private static final String FILE = "neox-train.lock";

  private final Optional<Path> directory;
  private @Nullable FileChannel channel;

  /// A lock that is not acquired yet.
  ///
  /// @param directory where checkpoints are saved; without one there is nothing to lock
  public SaveLock(Optional<Path> directory) {
    this.directory = directory;
  }

  /// Locks the directory if it is there already: what lies in it may be another run's.
  public void acquireIfPresent() throws IOException {
    if (directory.map(Files::isDirectory).orElse(false)) {
      acquire();
    }
  }

  /// Makes the directory, if need be, and locks it; [UserException] when another run has done so.
  public void acquire() throws IOException {
    if (directory.isEmpty() || channel != null) {
      return;
    }
    Path root = directory.get();
    if (Files.exists(root) && !Files.isDirectory(root)) {
      throw UserException.of("%s: expected a directory for checkpoints (save), found a file", root);
    }
    Files.createDirectories(root);
    FileChannel opened =
        NamedFiles.open(root.resolve(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    if (!Exclusive.tryLock(opened)) {
      opened.close();
      throw UserException.of(
          "%s: another neox-train is saving here; wait until it has ended, or set save to another"
              + " directory",
          root);
    }
    channel = opened;
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }
}
