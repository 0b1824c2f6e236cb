package neox.base;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Stream;

/// Writes long runs of bytes past the system's page cache (`O_DIRECT`): nobody's processor time is
/// spent on copies of them, and what others keep there stays. Short runs and the ends of long ones
/// take the ordinary way; the system keeps both views of a file coherent.
///
/// Only whole blocks can be written so, from memory that begins where a block does: bytes pass
/// through a buffer of such memory. Whatever fails there is done again in the ordinary way, which
/// then says why it fails. As a channel's, one call may write less than it was given. Several
/// threads may write at once, each at its own position.
final class UncachedWrites implements AutoCloseable {
  /// What disks and file systems ask for, at most.
  static final int BLOCK = 1 << 12;

  /// What is shorter is not worth a request of its own.
  static final int SHORTEST = 1 << 18;

  private static final int LONGEST = 1 << 20;

  /// File systems on local disks. A distant one may be faster where it collects what is written.
  private static final Set<String> LOCAL = Set.of("ext4", "xfs", "overlay");

  /// The JDK has it in a class that it warns of, so that it is looked up.
  private static final Optional<OpenOption> DIRECT = option("DIRECT");

  private final FileChannel ordinary;
  private final FileChannel direct;
  private final Arena arena = Arena.ofShared();
  private final Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
  private volatile boolean works = true;

  /// @param ordinary belongs to the caller
  /// @param direct a channel onto the same file, which is closed with this object
  UncachedWrites(FileChannel ordinary, FileChannel direct) {
    this.ordinary = ordinary;
    this.direct = direct;
  }

  /// Those to `file`, onto which `ordinary` is a channel; empty where its file system can't be
  /// written past the cache, or had better not be.
  static Optional<UncachedWrites> of(FileChannel ordinary, Path file) {
    try {
      return DIRECT.isPresent() && LOCAL.contains(Files.getFileStore(file).type())
          ? Optional.of(
              new UncachedWrites(
                  ordinary, FileChannel.open(file, StandardOpenOption.WRITE, DIRECT.get())))
          : Optional.empty();
    } catch (IOException | UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  private static Optional<OpenOption> option(String name) {
    try {
      return Stream.of(Class.forName("com.sun.nio.file.ExtendedOpenOption").getEnumConstants())
          .map(OpenOption.class::cast)
          .filter(option -> option.toString().equals(name))
          .findFirst();
    } catch (ClassNotFoundException e) {
      return Optional.empty();
    }
  }

  /// [FileChannel#write(ByteBuffer)].
  int write(ByteBuffer from) throws IOException {
    long position = ordinary.position();
    int written = write(from, position);
    ordinary.position(position + written);
    return written;
  }

  /// [FileChannel#write(ByteBuffer, long)].
  int write(ByteBuffer from, long position) throws IOException {
    int toBlock = (int) (-position & (BLOCK - 1));
    if (!works || from.remaining() - toBlock < SHORTEST) {
      return ordinary.write(from, position);
    }
    if (toBlock == 0) {
      return writeBlocks(from, position);
    }
    int written = ordinary.write(from.slice(from.position(), toBlock), position);
    from.position(from.position() + written);
    return written;
  }

  private int writeBlocks(ByteBuffer from, long position) throws IOException {
    int length = Math.min(from.remaining() & -BLOCK, LONGEST);
    ByteBuffer buffer = buffers.poll();
    if (buffer == null) {
      buffer = arena.allocate(LONGEST, BLOCK).asByteBuffer();
    }
    buffer.clear().put(0, from, from.position(), length).limit(length);
    try {
      int written = direct.write(buffer, position);
      from.position(from.position() + written);
      return written;
    } catch (IOException e) {
      works = false;
      return ordinary.write(from, position);
    } finally {
      buffers.add(buffer);
    }
  }

  @Override
  public void close() throws IOException {
    try (arena) {
      direct.close();
    }
  }
}
