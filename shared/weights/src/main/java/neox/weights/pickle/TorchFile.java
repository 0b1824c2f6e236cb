package neox.weights.pickle;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.IdentityHashMap;
import java.util.Map;
import neox.base.UserException;
import neox.weights.ByteSource;
import neox.weights.Checked;
import neox.weights.DType;
import neox.weights.Integrity;
import neox.weights.LazyTensor;
import neox.weights.MappedFile;
import neox.weights.TensorView;

/// A `.pt` file as `torch.save` writes it (torch ≥ 1.6), mapped into memory.
///
/// [#root] is plain data, see [PickleReader]; its tensors are views of the map, valid until
/// [#close]. Tensors that were saved as strided views of a storage are copied into row order.
/// Whoever uses the bytes of a tensor takes it through [#intact].
public final class TorchFile implements AutoCloseable {
  private static final String PICKLE = "/data.pkl";
  private static final int ZIP_MAGIC = ZipDirectory.LOCAL_HEADER;

  /// Far more than torch needs to describe a checkpoint.
  private static final long LONGEST_PICKLE = 1L << 28;

  /// How many times the file's size its strided tensors may fill in row order.
  private static final long MOST_COPIES = 4;

  private static final long SMALL = 1L << 20;

  private final Path path;
  private final MappedFile file;
  private final Arena arena;
  private final Integrity integrity;
  private final IdentityHashMap<TensorView, ArchiveEntry> homes = new IdentityHashMap<>();
  private final Object root;
  private long copiesLeft;

  private TorchFile(MappedFile file, MemorySegment archive, Arena arena, Integrity integrity) {
    this.path = file.path();
    this.file = file;
    this.arena = arena;
    this.integrity = integrity;
    this.copiesLeft = SMALL + MOST_COPIES * archive.byteSize();
    checkMagic(archive);
    this.root = read(ZipDirectory.entries(file, archive));
  }

  /// Maps and reads `path`; [UserException] when it is not a complete torch archive or mentions a
  /// class that is not allowed.
  public static TorchFile open(Path path) throws IOException {
    return open(path, Integrity.CHECKED);
  }

  /// The same.
  ///
  /// @param integrity whether tensors are compared with their checksums; the pickle that describes
  ///   them is compared with its own in any case
  public static TorchFile open(Path path, Integrity integrity) throws IOException {
    MappedFile mapped = MappedFile.open(path);
    Arena arena = Arena.ofShared();
    boolean read = false;
    try {
      TorchFile file = new TorchFile(mapped, mapped.bytes(), arena, integrity);
      mapped.forget();
      read = true;
      return file;
    } finally {
      if (!read) {
        arena.close();
        mapped.close();
      }
    }
  }

  /// The tensor that is all of an archive inside a larger file.
  ///
  /// @param name what messages call it
  /// @param archive part of `file`
  /// @param arena as long as which there is what had to be copied
  public static LazyTensor tensor(
      String name, MappedFile file, MemorySegment archive, Arena arena) {
    // Both are closed by their owner.
    TorchFile part = new TorchFile(file, archive, arena, Integrity.CHECKED);
    if (part.root instanceof TensorView view) {
      return part.tensor(name, view);
    }
    throw UserException.of(
        "%s: where tensor %s should be is %s",
        file.path(), ValueText.shorten(name), ValueText.of(part.root));
  }

  /// The saved object.
  public Object root() {
    return root;
  }

  /// The file itself.
  public Path path() {
    return path;
  }

  /// A tensor of this file whose bytes are going to be used. The first time, they are compared with
  /// the checksum of the storage they belong to; [UserException] when they are damaged.
  ///
  /// @param name what messages call it
  public TensorView intact(String name, TensorView view) {
    ArchiveEntry home = homes.get(view);
    if (home != null && integrity.isChecked()) {
      requireIntact(name, home);
    }
    return view;
  }

  /// A tensor of this file on its way: its bytes are compared with the checksum when it is checked.
  ///
  /// @param name what messages call it
  public LazyTensor tensor(String name, TensorView view) {
    ArchiveEntry home = homes.get(view);
    ByteSource bytes = file.source(view.bytes());
    return new LazyTensor(
        view.dtype(),
        view.shape(),
        home == null || !integrity.isChecked() || home.isKnownIntact()
            ? bytes
            : new Checked(bytes, () -> requireIntact(name, home)));
  }

  private void requireIntact(String name, ArchiveEntry home) {
    if (!home.isIntact()) {
      throw UserException.of(
          "%s: tensor %s is damaged: the checksum of %s is wrong; copy or download the file again,"
              + " or take another checkpoint",
          path, ValueText.shorten(name), home.name());
    }
  }

  @Override
  public void close() {
    arena.close();
    file.close();
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

  private Object read(Map<String, ArchiveEntry> entries) {
    ArchiveEntry pickle =
        entries.values().stream()
            .filter(entry -> entry.name().endsWith(PICKLE))
            .findFirst()
            .orElseThrow(() -> new UserException(path + ": a zip archive without data.pkl"));
    String prefix = pickle.name().substring(0, pickle.name().length() - PICKLE.length());
    ArchiveEntry order = entries.get(prefix + "/byteorder");
    if (order != null && !text(order).equals("little")) {
      throw UserException.of("%s: byte order %s; expected little", path, text(order));
    }
    if (pickle.bytes().byteSize() > LONGEST_PICKLE) {
      throw UserException.of("%s: its data.pkl has %d bytes", path, pickle.bytes().byteSize());
    }
    return PickleReader.read(
        bytes(pickle),
        path.toString(),
        (dtype, key, elements, offset, sizes, strides) -> {
          ArchiveEntry storage = entries.get(prefix + "/data/" + key);
          if (storage == null) {
            throw UserException.of("%s: storage data/%s is missing", path, ValueText.shorten(key));
          }
          MemorySegment whole = slice(storage, elements, dtype);
          return tensor(storage, new StridedTensor(dtype, whole, offset, sizes, strides));
        },
        PickleReader.MOST_VALUES);
  }

  private MemorySegment slice(ArchiveEntry storage, long elements, DType dtype) {
    long available = storage.bytes().byteSize();
    if (elements < 0 || elements > available / dtype.bytes()) {
      throw UserException.of(
          "%s: storage %s has %d bytes; expected %s times %d",
          path, storage.name(), available, elements, dtype.bytes());
    }
    return storage.bytes().asSlice(0, elements * dtype.bytes());
  }

  private TensorView tensor(ArchiveEntry storage, StridedTensor tensor) {
    copiesLeft -= tensor.isContiguous() ? 0 : tensor.byteSize();
    if (copiesLeft < 0) {
      throw new IllegalArgumentException("strided tensors of many times the size of the file");
    }
    TensorView view = tensor.view(arena);
    homes.put(view, storage);
    return view;
  }

  private byte[] bytes(ArchiveEntry entry) {
    if (!entry.isIntact()) {
      throw UserException.of(
          "%s: damaged: the checksum of %s is wrong; copy or download the file again",
          path, entry.name());
    }
    return entry.bytes().toArray(ValueLayout.JAVA_BYTE);
  }

  private String text(ArchiveEntry entry) {
    return ValueText.shorten(new String(bytes(entry), StandardCharsets.UTF_8));
  }
}
