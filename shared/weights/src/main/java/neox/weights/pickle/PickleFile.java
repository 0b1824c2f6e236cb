package neox.weights.pickle;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import neox.base.UserException;
import neox.weights.MappedFile;

/// A file that is one pickle and nothing else, as `pickle.dump` writes it.
public final class PickleFile {
  /// The pieces of a model on thousands of ranks; fewer than fill the memory.
  private static final int MOST_VALUES = 20_000_000;

  private static final long LARGEST = 1L << 29;

  /// The value in `file`, as plain data (see [PickleReader]); [UserException] when it is no pickle,
  /// holds a tensor, or mentions a class that is not allowed.
  public static Object read(Path file) throws IOException {
    try (MappedFile mapped = MappedFile.open(file)) {
      MemorySegment bytes = mapped.bytes();
      if (bytes.get(ValueLayout.JAVA_BYTE, 0) != (byte) Opcode.PROTO) {
        throw UserException.of("%s: not a pickle of Python; expected protocol 2 to 5", file);
      }
      if (bytes.byteSize() > LARGEST) {
        throw UserException.of(
            "%s: has %d bytes; expected at most %d", file, bytes.byteSize(), LARGEST);
      }
      return PickleReader.read(
          bytes.toArray(ValueLayout.JAVA_BYTE),
          file.toString(),
          (dtype, storage, elements, offset, sizes, strides) -> {
            throw new IllegalArgumentException("a tensor in a file that has none");
          },
          MOST_VALUES);
    }
  }

  private PickleFile() {}
}
