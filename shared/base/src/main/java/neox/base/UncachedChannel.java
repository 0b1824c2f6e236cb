package neox.base;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// A channel that writes long runs of bytes past the system's page cache (`O_DIRECT`): nobody's
/// processor time is spent on copies of them, and what others keep there stays. Short runs and the
/// ends of long ones take the ordinary way; the system keeps both views of a file coherent.
///
/// Only whole blocks can be written so, from memory that begins where a block does: bytes pass
/// through a buffer of such memory. Whatever fails there is done again in the ordinary way, which
/// then says why it fails. As any channel's, one call may write less than it was given.
final class UncachedChannel extends NamedChannel {
  /// What disks and file systems ask for, at most.
  static final int BLOCK = 1 << 12;

  /// What is shorter is not worth a request of its own.
  static final int SHORTEST = 1 << 18;

  private static final int LONGEST = 1 << 20;

  /// File systems on local disks. A distant one may be faster where it collects what is written.
  private static final Set<String> LOCAL = Set.of("ext4", "xfs", "overlay");

  private final FileChannel direct;
  private final Arena arena = Arena.ofShared();
  private final Queue<ByteBuffer> buffers = new ConcurrentLinkedQueue<>();
  private volatile boolean works = true;

  UncachedChannel(FileChannel ordinary, FileChannel direct, String name) {
    super(ordinary, name);
    this.direct = direct;
  }

  /// Takes over `ordinary`, a channel onto `file`. Where its file system can't be written past the
  /// cache, or had better not be, the channel has the ordinary way alone.
  static NamedChannel of(FileChannel ordinary, Path file, String name) {
    FileChannel direct = openDirectly(file);
    return direct == null
        ? new NamedChannel(ordinary, name)
        : new UncachedChannel(ordinary, direct, name);
  }

  private static @Nullable FileChannel openDirectly(Path file) {
    try {
      return LOCAL.contains(Files.getFileStore(file).type())
          ? FileChannel.open(file, StandardOpenOption.WRITE, ExtendedOpenOption.DIRECT)
          : null;
    } catch (IOException | UnsupportedOperationException e) {
      return null;
    }
  }

  @Override
  public int write(ByteBuffer from) throws IOException {
    long position = position();
    int written = write(from, position);
    position(position + written);
    return written;
  }

  @Override
  public int write(ByteBuffer from, long position) throws IOException {
    int toBlock = (int) (-position & (BLOCK - 1));
    if (!works || from.remaining() - toBlock < SHORTEST) {
      return super.write(from, position);
    }
    if (toBlock == 0) {
      return writeBlocks(from, position);
    }
    int written = super.write(from.slice(from.position(), toBlock), position);
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
      return super.write(from, position);
    } finally {
      buffers.add(buffer);
    }
  }

  @Override
  protected void implCloseChannel() throws IOException {
    try (arena;
        direct) {
      super.implCloseChannel();
    }
  }
}
