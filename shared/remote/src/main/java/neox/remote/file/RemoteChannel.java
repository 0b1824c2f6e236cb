package neox.remote.file;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/// A large object that is read here and there: what is read comes by blocks. To be mapped, it must
/// come whole.
///
/// Reads that name their position may be made from many threads.
final class RemoteChannel extends FileChannel {
  private static final int COPY_BYTES = 1 << 16;

  private final Blocks blocks;
  private final Whole whole;
  private final long bytes;
  private long position;

  /// Reads blocks of the object.
  interface Blocks {
    /// As [FileChannel#read(ByteBuffer, long)].
    int read(ByteBuffer into, long from) throws IOException;
  }

  /// Brings the object here.
  interface Whole {
    /// A copy on a disk of this machine, which the caller closes.
    FileChannel open() throws IOException;
  }

  RemoteChannel(long bytes, Blocks blocks, Whole whole) {
    this.bytes = bytes;
    this.blocks = blocks;
    this.whole = whole;
  }

  @Override
  public int read(ByteBuffer to, long from) throws IOException {
    int read = 0;
    while (to.hasRemaining()) {
      int length = blocks.read(to, from + read);
      if (length < 0) {
        return read == 0 ? -1 : read;
      }
      read += length;
    }
    return read;
  }

  @Override
  public synchronized int read(ByteBuffer to) throws IOException {
    int read = read(to, position);
    position += Math.max(0, read);
    return read;
  }

  @Override
  public long read(ByteBuffer[] to, int offset, int length) throws IOException {
    long sum = 0;
    for (int i = offset; i < offset + length; i++) {
      int read = read(to[i]);
      if (read < 0) {
        return sum == 0 ? -1 : sum;
      }
      sum += read;
    }
    return sum;
  }

  @Override
  public synchronized long position() {
    return position;
  }

  @Override
  public synchronized FileChannel position(long value) {
    position = value;
    return this;
  }

  @Override
  public long size() {
    return bytes;
  }

  @Override
  public long transferTo(long from, long count, WritableByteChannel target) throws IOException {
    ByteBuffer block = ByteBuffer.allocate((int) Math.min(COPY_BYTES, count));
    int read = read(block, from);
    block.flip();
    int written = 0;
    while (read > 0 && block.hasRemaining()) {
      written += target.write(block);
    }
    return written;
  }

  @Override
  public MappedByteBuffer map(MapMode mode, long from, long size) throws IOException {
    try (FileChannel local = whole.open()) {
      return local.map(mode, from, size);
    }
  }

  @Override
  public MemorySegment map(MapMode mode, long from, long size, Arena arena) throws IOException {
    try (FileChannel local = whole.open()) {
      return local.map(mode, from, size, arena);
    }
  }

  @Override
  public int write(ByteBuffer from) {
    throw new NonWritableChannelException();
  }

  @Override
  public long write(ByteBuffer[] from, int offset, int length) {
    throw new NonWritableChannelException();
  }

  @Override
  public int write(ByteBuffer from, long at) {
    throw new NonWritableChannelException();
  }

  @Override
  public FileChannel truncate(long size) {
    throw new NonWritableChannelException();
  }

  @Override
  public long transferFrom(ReadableByteChannel source, long at, long count) {
    throw new NonWritableChannelException();
  }

  @Override
  public void force(boolean metaData) {
    // Nothing was written.
  }

  @Override
  public FileLock lock(long from, long size, boolean shared) {
    throw new NonWritableChannelException();
  }

  @Override
  public FileLock tryLock(long from, long size, boolean shared) {
    throw new NonWritableChannelException();
  }

  @Override
  protected void implCloseChannel() {
    // The store stays open.
  }
}
