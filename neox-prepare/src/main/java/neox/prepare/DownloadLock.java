package neox.prepare;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.Optional;
import neox.base.AtomicDirectory;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.process.Exclusive;
import org.jspecify.annotations.Nullable;

/// Keeps a second run from building the same directory: each would put its files among the other's,
/// and rename or delete them.
///
/// The lock is on a sibling, `.DIR.lock`, since the directory itself gets another name; whoever has
/// it deletes it. The operating system gives it back however the process ends.
final class DownloadLock implements AutoCloseable {
  private final Path file;
  private final FileChannel channel;

  private DownloadLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /// [UserException] when another run has the directory.
  static DownloadLock of(Path directory) throws IOException {
    Path parent = AtomicDirectory.parentOf(directory);
    Files.createDirectories(parent);
    Path file = parent.resolve("." + directory.getFileName() + ".lock");
    while (true) {
      Optional<DownloadLock> lock = lock(file, directory);
      if (lock.isPresent()) {
        return lock.get();
      }
    }
  }

  /// Empty when its owner has just deleted the file: it is no longer the one of that name.
  private static Optional<DownloadLock> lock(Path file, Path directory) throws IOException {
    try {
      Files.createFile(file);
    } catch (FileAlreadyExistsException e) {
      // another run has it, or a killed one left it: the lock says which
    }
    try {
      return lockOpened(file, directory);
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static Optional<DownloadLock> lockOpened(Path file, Path directory) throws IOException {
    Object identity = identity(file);
    FileChannel channel = NamedFiles.open(file, StandardOpenOption.WRITE);
    try {
      if (!Exclusive.tryLock(channel)) {
        throw UserException.of(
            "%s: another neox-prepare is downloading into it; wait until it has ended, or give"
                + " another -d",
            directory);
      }
      if (Objects.equals(identity, identity(file))) {
        return Optional.of(new DownloadLock(file, channel));
      }
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
    channel.close();
    return Optional.empty();
  }

  private static @Nullable Object identity(Path file) throws IOException {
    return Files.readAttributes(file, BasicFileAttributes.class).fileKey();
  }

  @Override
  public void close() throws IOException {
    Files.deleteIfExists(file);
    channel.close();
  }
}
