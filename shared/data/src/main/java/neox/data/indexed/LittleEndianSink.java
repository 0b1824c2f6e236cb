package neox.data.indexed;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.WritableByteChannel;

/// Buffered little-endian numbers onto a channel that someone else owns.
final class LittleEndianSink {
  private final WritableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);

  LittleEndianSink(WritableByteChannel channel) {
    this.channel = channel;
  }

  void putByte(int value) throws IOException {
    reserve(1);
    buffer.put((byte) value);
  }

  /// The lower two bytes of each of `values[from, to)`.
  void putShorts(int[] values, int from, int to) throws IOException {
    int next = from;
    while (next < to) {
      reserve(Short.BYTES);
      int count = Math.min(to - next, buffer.remaining() / Short.BYTES);
      byte[] bytes = buffer.array();
      int at = buffer.position();
      for (int i = next; i < next + count; i++, at += Short.BYTES) {
        bytes[at] = (byte) values[i];
        bytes[at + 1] = (byte) (values[i] >> Byte.SIZE);
      }
      buffer.position(at);
      next += count;
    }
  }

  void putInt(int value) throws IOException {
    reserve(4);
    buffer.putInt(value);
  }

  void putLong(long value) throws IOException {
    reserve(8);
    buffer.putLong(value);
  }

  private void reserve(int bytes) throws IOException {
    if (buffer.remaining() < bytes) {
      flush();
    }
  }

  void flush() throws IOException {
    buffer.flip();
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
    buffer.clear();
  }
}
