package neox.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.util.List;

/// Moves segments of any length through byte buffers, which end at 2 GiB.
public final class Segments {
  private static final long PIECE = 1L << 26;

  /// Receives one piece of a segment after the other.
  public interface PieceConsumer {
    void accept(ByteBuffer piece) throws IOException;
  }

  /// Writes all of `segment`.
  public static void write(WritableByteChannel channel, MemorySegment segment) throws IOException {
    forEachPiece(segment, piece -> writeFully(channel, piece));
  }

  /// Writes all that remains in `buffer`.
  public static void writeFully(WritableByteChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }

  /// Hands `segment` over in order, at most 64 MiB at a time.
  public static void forEachPiece(MemorySegment segment, PieceConsumer consumer)
      throws IOException {
    for (long at = 0; at < segment.byteSize(); at += PIECE) {
      long length = Math.min(PIECE, segment.byteSize() - at);
      consumer.accept(buffer(segment.asSlice(at, length)));
    }
  }

  /// The parts one after the other in new memory, which lives as long as it is referred to.
  public static MemorySegment concatenate(List<MemorySegment> parts) {
    long bytes = parts.stream().mapToLong(MemorySegment::byteSize).sum();
    MemorySegment whole = Floats.allocate(DType.UINT8, bytes);
    long at = 0;
    for (MemorySegment part : parts) {
      MemorySegment.copy(part, 0, whole, at, part.byteSize());
      at += part.byteSize();
    }
    return whole;
  }

  /// The JDK gives byte buffers on native memory and byte arrays only; other arrays are copied.
  private static ByteBuffer buffer(MemorySegment piece) {
    boolean direct = piece.isNative() || piece.heapBase().orElse(null) instanceof byte[];
    return direct ? piece.asByteBuffer() : ByteBuffer.wrap(piece.toArray(ValueLayout.JAVA_BYTE));
  }

  private Segments() {}
}
