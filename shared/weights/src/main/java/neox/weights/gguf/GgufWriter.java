package neox.weights.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import neox.base.AtomicFile;
import neox.weights.Segments;
import neox.weights.TensorView;

/// Writes a GGUF file; parameters are fetched one at a time and encoded a few rows at a time.
final class GgufWriter {
  private static final int ALIGNMENT = 32;
  private static final int BUFFER = 1 << 20;

  /// The next multiple of the alignment, where a tensor may begin.
  static long aligned(long position) {
    return Math.ceilDiv(position, ALIGNMENT) * ALIGNMENT;
  }

  /// Writes the file atomically.
  ///
  /// @param progress is told the number of bytes of each tensor written
  static void write(
      Path path, GgufMetadata metadata, List<GgufTensor> tensors, LongConsumer progress)
      throws IOException {
    try (AtomicFile file = AtomicFile.create(path)) {
      FileChannel channel = file.channel();
      Segments.writeFully(channel, ByteBuffer.wrap(GgufHeader.of(metadata, tensors)));
      for (GgufTensor tensor : tensors) {
        write(tensor, channel);
        long padding = aligned(tensor.byteSize()) - tensor.byteSize();
        Segments.writeFully(channel, ByteBuffer.allocate((int) padding));
        progress.accept(tensor.byteSize());
      }
      file.commit();
    }
  }

  private static void write(GgufTensor tensor, FileChannel channel) throws IOException {
    TensorView parameter = tensor.parameter().get();
    if (tensor.isCopyOf(parameter)) {
      Segments.write(channel, parameter.bytes());
      return;
    }
    int rowBytes = Math.toIntExact(tensor.type().bytes(tensor.columns()));
    ByteBuffer buffer =
        ByteBuffer.allocateDirect(Math.max(rowBytes, BUFFER)).order(ByteOrder.LITTLE_ENDIAN);
    RowEncoder encoder = new RowEncoder(tensor, parameter);
    for (long row = 0; row < tensor.rows(); row++) {
      if (buffer.remaining() < rowBytes) {
        Segments.writeFully(channel, buffer.flip());
        buffer.clear();
      }
      encoder.encode(row, buffer);
    }
    Segments.writeFully(channel, buffer.flip());
  }

  private GgufWriter() {}
}
