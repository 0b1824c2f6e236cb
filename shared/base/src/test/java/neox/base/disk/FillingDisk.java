package neox.base.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.util.Arrays;

/// A file on a disk that becomes full, for tests of what writes to one.
public final class FillingDisk implements SeekableByteChannel {
  private static final int UNLIMITED = Integer.MAX_VALUE;

  private final boolean cutsFail;
  private final ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
  private int size;
  private int room = UNLIMITED;

  /// @param cutsFail whether even cutting the file fails while the disk is full
  public FillingDisk(boolean cutsFail) {
    this.cutsFail = cutsFail;
  }

  /// Lets the disk be full after so many more bytes.
  public void fillAfter(int more) {
    room = more;
  }

  /// Makes room without a bound.
  public void makeRoom() {
    room = UNLIMITED;
  }

  /// What the file holds.
  public byte[] content() {
    return Arrays.copyOf(bytes.array(), size);
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    if (room == 0) {
      throw new IOException("No space left on device");
    }
    int count = Math.min(room, source.remaining());
    bytes.put(source.slice().limit(count));
    source.position(source.position() + count);
    size = Math.max(size, bytes.position());
    room -= room == UNLIMITED ? 0 : count;
    return count;
  }

  @Override
  public SeekableByteChannel truncate(long newSize) throws IOException {
    if (cutsFail && room == 0) {
      throw new IOException("Input/output error");
    }
    size = (int) Math.min(size, newSize);
    return this;
  }

  @Override
  public long position() {
    return bytes.position();
  }

  @Override
  public SeekableByteChannel position(long newPosition) {
    bytes.position((int) newPosition);
    return this;
  }

  @Override
  public long size() {
    return size;
  }

  @Override
  public int read(ByteBuffer target) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean isOpen() {
    return true;
  }

  @Override
  public void close() {}
}
