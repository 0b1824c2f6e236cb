package neox.weights.gguf;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;
import neox.base.AtomicFile;
import neox.base.Durability;
import neox.weights.Segments;
import neox.weights.TensorCopier;

/// Writes a GGUF file. Tensors pass through a few buffers, or are copied by the kernel where their
/// bytes are those that were stored.
final class GgufWriter {
  private static final int ALIGNMENT = 32;

  /// The next multiple of the alignment, where a tensor may begin.
  static long aligned(long position) {
    return Math.ceilDiv(position, ALIGNMENT) * ALIGNMENT;
  }

  /// Writes the file atomically; it follows from other files, see [Durability].
  ///
  /// @param progress is told how many bytes were written since the last time
  static void write(
      Path path, GgufMetadata metadata, List<GgufTensor> tensors, LongConsumer progress)
      throws IOException {
    try (AtomicFile file = AtomicFile.createLarge(path, Durability.HANDED_OVER);
        TensorCopier copier =
            TensorCopier.of(tensors.stream().map(GgufTensor::named).toList(), progress)) {
      FileChannel channel = file.channel();
      Segments.writeFully(channel, ByteBuffer.wrap(GgufHeader.of(metadata, tensors)));
      for (GgufTensor tensor : tensors) {
        copier.copyNext(channel);
        long padding = aligned(tensor.byteSize()) - tensor.byteSize();
        Segments.writeFully(channel, ByteBuffer.allocate((int) padding));
      }
      file.commit();
    }
  }

  private GgufWriter() {}
}
