package neox.weights.pickle;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.TensorView;

/// A `.pt` file as `torch.save` writes it (torch ≥ 1.6), mapped into memory.
///
/// [#root] is plain data, see [PickleReader]; its tensors are views of the map, valid until
/// [#close]. Tensors that were saved as strided views of a storage are copied into row order.
public final class TorchFile implements AutoCloseable {
  private static final String PICKLE = "/data.pkl";
  private static final int ZIP_MAGIC = ZipDirectory.LOCAL_HEADER;

  private final Path path;
  private final Arena arena = Arena.ofShared();
  private final Object root;

  private TorchFile(Path path) throws IOException {
    this.path = path;
    boolean read = false;
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      checkMagic(bytes);
      this.root = read(ZipDirectory.entries(path, bytes));
      read = true;
    } finally {
      if (!read) {
        arena.close();
      }
    }
  }

  /// Maps and reads `path`; [UserException] when it is not a complete torch archive or mentions a
  /// class that is not allowed.
  public static TorchFile open(Path path) throws IOException {
    return new TorchFile(path);
  }

  /// The saved object.
  public Object root() {
    return root;
  }

  @Override
  public void close() {
    arena.close();
  }

  private void checkMagic(MemorySegment bytes) {
    if (bytes.byteSize() < Integer.BYTES) {
      throw new UserException(path + ": truncated: only " + bytes.byteSize() + " bytes");
    }
    if (bytes.get(ValueLayout.JAVA_INT_UNALIGNED, 0) == ZIP_MAGIC) {
      return;
    }
    if (bytes.get(ValueLayout.JAVA_BYTE, 0) == (byte) 0x80) {
      throw new UserException(
          path
              + ": written in torch's old format (before torch 1.6); convert it once in Python:"
              + " torch.save(torch.load(file), file)");
    }
    throw new UserException(path + ": not a torch file: it does not start like a zip archive");
  }

  private Object read(Map<String, MemorySegment> entries) {
    Map.Entry<String, MemorySegment> pickle =
        entries.entrySet().stream()
            .filter(entry -> entry.getKey().endsWith(PICKLE))
            .findFirst()
            .orElseThrow(() -> new UserException(path + ": a zip archive without data.pkl"));
    String prefix = pickle.getKey().substring(0, pickle.getKey().length() - PICKLE.length());
    MemorySegment order = entries.get(prefix + "/byteorder");
    if (order != null && !text(order).equals("little")) {
      throw new UserException(path + ": byte order " + text(order) + "; expected little");
    }
    return PickleReader.read(
        pickle.getValue().toArray(ValueLayout.JAVA_BYTE),
        path.toString(),
        (dtype, key, elements, offset, sizes, strides) -> {
          MemorySegment storage = entries.get(prefix + "/data/" + key);
          if (storage == null) {
            throw new UserException(path + ": storage data/" + key + " is missing");
          }
          return tensor(dtype, slice(storage, key, elements, dtype), offset, sizes, strides);
        });
  }

  private MemorySegment slice(MemorySegment storage, String key, long elements, DType dtype) {
    long length = Math.multiplyExact(elements, dtype.bytes());
    if (elements < 0 || length > storage.byteSize()) {
      throw new UserException(
          path
              + ": storage data/"
              + key
              + " has "
              + storage.byteSize()
              + " bytes; expected "
              + length);
    }
    return storage.asSlice(0, length);
  }

  private TensorView tensor(
      DType dtype, MemorySegment storage, long offset, long[] sizes, long[] strides) {
    return new StridedTensor(dtype, storage, offset, sizes, strides).view(arena);
  }

  private static String text(MemorySegment segment) {
    return new String(segment.toArray(ValueLayout.JAVA_BYTE), StandardCharsets.UTF_8);
  }
}
