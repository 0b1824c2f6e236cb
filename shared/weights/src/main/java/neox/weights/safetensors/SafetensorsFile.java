package neox.weights.safetensors;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import neox.base.UserException;
import neox.weights.LazyTensor;
import neox.weights.MappedFile;
import neox.weights.TensorStore;
import neox.weights.TensorView;

/// One mapped `.safetensors` file; it may be longer than 2 GiB.
public final class SafetensorsFile implements TensorStore {
  /// The format's own limit for the header.
  private static final long MAX_HEADER_BYTES = 100_000_000;

  private static final ValueLayout.OfLong LENGTH =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Path path;
  private final MappedFile file;
  private final SafetensorsHeader header;
  private final MemorySegment data;

  private SafetensorsFile(Path path) throws IOException {
    this.path = path;
    this.file = MappedFile.open(path);
    boolean read = false;
    try {
      MemorySegment bytes = file.bytes();
      long headerBytes = headerBytes(path, bytes);
      byte[] json = bytes.asSlice(Long.BYTES, headerBytes).toArray(ValueLayout.JAVA_BYTE);
      this.data = bytes.asSlice(Long.BYTES + headerBytes);
      this.header = SafetensorsHeader.parse(path, json, data.byteSize());
      file.forget();
      read = true;
    } finally {
      if (!read) {
        close();
      }
    }
  }

  /// Maps `path` and checks its header; [UserException] when the file is not what it claims.
  public static SafetensorsFile open(Path path) throws IOException {
    return new SafetensorsFile(path);
  }

  @Override
  public Set<String> names() {
    return Collections.unmodifiableSet(header.entries().keySet());
  }

  @Override
  public TensorView view(String name) {
    return tensor(name).view();
  }

  @Override
  public LazyTensor tensor(String name) {
    SafetensorsHeader.Entry entry = header.entries().get(name);
    if (entry == null) {
      throw new IllegalArgumentException(path + ": no tensor " + name);
    }
    MemorySegment bytes = data.asSlice(entry.begin(), entry.end() - entry.begin());
    return new LazyTensor(entry.dtype(), entry.shape(), file.source(bytes));
  }

  /// The free text of the header's `__metadata__`.
  public Map<String, String> metadata() {
    return Collections.unmodifiableMap(header.metadata());
  }

  @Override
  public void close() {
    file.close();
  }

  private static long headerBytes(Path path, MemorySegment bytes) {
    if (bytes.byteSize() < Long.BYTES) {
      throw new UserException(path + ": truncated: only " + bytes.byteSize() + " bytes");
    }
    long length = bytes.get(LENGTH, 0);
    if (length < 0 || length > MAX_HEADER_BYTES) {
      throw new UserException(
          path
              + ": not a safetensors file: it announces a header of "
              + Long.toUnsignedString(length)
              + " bytes");
    }
    if (length > bytes.byteSize() - Long.BYTES) {
      throw new UserException(
          path + ": truncated: its header has " + length + " bytes, the file " + bytes.byteSize());
    }
    return length;
  }
}
