package neox.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;

/// Sources of bytes for tests.
final class Sources {
  /// So many bytes that no two places are likely to agree.
  static byte[] random(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /// A new file of these bytes, mapped; the caller closes it.
  static MappedFile file(Path path, byte[] bytes) throws IOException {
    return MappedFile.open(Files.write(path, bytes));
  }

  static FileRange all(MappedFile file) {
    return new FileRange(file, 0, file.bytes().byteSize());
  }

  /// A part, read by [ByteSource#read].
  static byte[] read(ByteSource source, long from, int length) throws IOException {
    byte[] bytes = new byte[length];
    try (Scratch scratch = new Scratch()) {
      source.read(from, MemorySegment.ofArray(bytes), scratch);
    }
    return bytes;
  }

  static byte[] whole(ByteSource source) {
    return source.whole().toArray(ValueLayout.JAVA_BYTE);
  }

  static LazyTensor bytes(ByteSource source) {
    return new LazyTensor(DType.UINT8, Shape.of(source.byteSize()), source);
  }

  private Sources() {}
}
