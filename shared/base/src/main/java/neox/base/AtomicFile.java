package neox.base;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/// A file that appears complete or not at all.
///
/// Bytes go to a hidden sibling; [#commit] forces them to disk and renames. Closing without commit
/// deletes the sibling. Not thread-safe.
public final class AtomicFile implements AutoCloseable {
  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private boolean committed;

  private AtomicFile(Path target, Path temporary, FileChannel channel) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
  }

  /// Opens the hidden sibling of `target` for writing; the parent directory is created.
  public static AtomicFile create(Path target) throws IOException {
    Path directory = AtomicDirectory.parentOf(target);
    Files.createDirectories(directory);
    Path temporary =
        directory.resolve(
            "." + target.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    FileChannel channel =
        FileChannel.open(
            temporary,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    return new AtomicFile(target, temporary, channel);
  }

  /// Writes a whole text file atomically.
  public static void write(Path target, String text) throws IOException {
    write(target, text.getBytes(StandardCharsets.UTF_8));
  }

  /// Writes a whole file atomically.
  public static void write(Path target, byte[] bytes) throws IOException {
    try (AtomicFile file = create(target)) {
      file.stream().write(bytes);
      file.commit();
    }
  }

  /// The channel of the hidden sibling; owned by this object.
  public FileChannel channel() {
    return channel;
  }

  /// An unbuffered stream onto [#channel].
  public OutputStream stream() {
    return Channels.newOutputStream(channel);
  }

  /// Forces the bytes to disk and gives the file its name.
  public void commit() throws IOException {
    channel.force(true);
    channel.close();
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    AtomicDirectory.syncDirectory(AtomicDirectory.parentOf(target));
    committed = true;
  }

  @Override
  public void close() throws IOException {
    if (!committed) {
      channel.close();
      Files.deleteIfExists(temporary);
    }
  }
}
