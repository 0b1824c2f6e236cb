package neox.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;

/// Writes whole buffers and segments to channels, which may take less at a time.
public final class Segments {
  /// How many bytes a channel is given at once.
  static final long PIECE = 1L << 26;

  /// Writes all of `segment`.
  public static void write(WritableByteChannel channel, MemorySegment segment) throws IOException {
    for (long at = 0; at < segment.byteSize(); at += PIECE) {
      writeFully(channel, buffer(segment.asSlice(at, Math.min(PIECE, segment.byteSize() - at))));
    }
  }

  /// Writes all that remains in `buffer`.
  public static void writeFully(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /// Writes all that remains in `buffer` at a position of the file.
  public static void writeFully(FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    long at = position;
    while (buffer.hasRemaining()) {
      at += channel.write(buffer, at);
    }
  }

  /// The JDK gives byte buffers on native memory and byte arrays only; other arrays are copied.
  static ByteBuffer buffer(MemorySegment piece) {
    boolean direct = piece.isNative() || piece.heapBase().orElse(null) instanceof byte[];
    return direct ? piece.asByteBuffer() : ByteBuffer.wrap(piece.toArray(ValueLayout.JAVA_BYTE));
  }

  private Segments() {}
}
