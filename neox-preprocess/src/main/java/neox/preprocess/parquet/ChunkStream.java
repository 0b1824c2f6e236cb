package neox.preprocess.parquet;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/// A range of a file as a stream of its own, so that several columns can be read side by side.
final class ChunkStream extends InputStream {
  private final FileChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 14).limit(0);
  private final long end;
  private long at;

  ChunkStream(FileChannel channel, long start, long length) {
    this.channel = channel;
    this.at = start;
    this.end = start + length;
  }

  @Override
  public int read() throws IOException {
    if (!buffer.hasRemaining()) {
      buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
      if (!buffer.hasRemaining() || fill(buffer) < 0) {
        buffer.limit(0);
        return -1;
      }
      buffer.flip();
    }
    return buffer.get() & 0xff;
  }

  @Override
  public int read(byte[] bytes, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (buffer.hasRemaining()) {
      int taken = Math.min(length, buffer.remaining());
      buffer.get(bytes, offset, taken);
      return taken;
    }
    int wanted = (int) Math.min(length, end - at);
    return wanted == 0 ? -1 : fill(ByteBuffer.wrap(bytes, offset, wanted));
  }

  private int fill(ByteBuffer into) throws IOException {
    int read = channel.read(into, at);
    at += Math.max(0, read);
    return read;
  }
}
