package neox.data.indexed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import neox.base.NamedFiles;
import neox.base.UserException;

/// The index of a dataset, `prefix.idx`: how many items there are, how long each is, and where its
/// tokens lie in the `.bin` file.
///
/// Memory-mapped, whatever its size, and checked whole when it is opened: what it says afterwards
/// holds together. Safe to read from many threads; no thread may read after [#close].
public final class TokenIndex implements AutoCloseable {

  /// How the index is laid out.
  public enum Layout {
    /// What training reads (`--dataset-impl mmap`).
    MMAP,
    /// The older one (`--dataset-impl cached` and `lazy`).
    CACHED
  }

  private final Path prefix;
  private final Arena arena;
  private final MemorySegment bytes;
  private final Layout layout;
  private final TokenWidth width;
  private final IndexArrays arrays;

  private TokenIndex(Path prefix, Arena arena, MemorySegment bytes) {
    this.prefix = prefix;
    this.arena = arena;
    this.bytes = bytes;
    this.layout = readLayout();
    checkVersion();
    this.width = readWidth();
    this.arrays = readArrays();
    checkLength();
    checkItems();
    checkDocuments();
  }

  /// Maps the file and reads all of it; [UserException] when it is missing, of another format, cut
  /// short or damaged.
  public static TokenIndex open(Path prefix) throws IOException {
    Path file = IndexFormat.idx(prefix);
    requireFile(prefix, file);
    Arena arena = Arena.ofShared();
    try {
      return new TokenIndex(prefix, arena, map(file, arena));
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  static void requireFile(Path prefix, Path file) {
    if (Files.isRegularFile(file)) {
      return;
    }
    if (Files.exists(file)) {
      throw UserException.of("%s: not a regular file; datasets are mapped into memory", file);
    }
    String name = prefix.getFileName().toString();
    String hint =
        name.endsWith(".bin") || name.endsWith(".idx")
            ? "give the prefix without '" + name.substring(name.length() - 4) + "'"
            : "a dataset is a prefix with .bin and .idx beside each other (see neox-preprocess)";
    throw UserException.of("%s: no such file; %s", file, hint);
  }

  static MemorySegment map(Path file, Arena arena) throws IOException {
    try (FileChannel channel = NamedFiles.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      return size == 0
          ? MemorySegment.ofArray(new byte[0])
          : channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
    }
  }

  private Layout readLayout() {
    if (beginsWith(IndexFormat.LEGACY_MAGIC)) {
      requireHeader(IndexFormat.LEGACY_HEADER_BYTES);
      return Layout.CACHED;
    }
    if (!beginsWith(IndexFormat.MAGIC)) {
      throw UserException.of("%s: not a dataset index (it does not begin with MMIDIDX)", file());
    }
    requireHeader(IndexFormat.HEADER_BYTES);
    return Layout.MMAP;
  }

  private boolean beginsWith(byte[] magic) {
    return bytes.byteSize() >= magic.length
        && Arrays.equals(bytes.asSlice(0, magic.length).toArray(ValueLayout.JAVA_BYTE), magic);
  }

  private void requireHeader(int length) {
    if (bytes.byteSize() < length) {
      throw UserException.of(
          "%s: cut short: %d bytes, the header alone has %d", file(), bytes.byteSize(), length);
    }
  }

  private void checkVersion() {
    int at =
        switch (layout) {
          case MMAP -> IndexFormat.VERSION_AT;
          case CACHED -> IndexFormat.LEGACY_VERSION_AT;
        };
    long version = bytes.get(IndexFormat.LONG, at);
    if (version != IndexFormat.VERSION) {
      throw UserException.of(
          "%s: index version %d, expected %d", file(), version, IndexFormat.VERSION);
    }
  }

  private TokenWidth readWidth() {
    long code =
        switch (layout) {
          case MMAP -> Byte.toUnsignedInt(bytes.get(ValueLayout.JAVA_BYTE, IndexFormat.WIDTH_AT));
          case CACHED -> bytes.get(IndexFormat.LONG, IndexFormat.LEGACY_WIDTH_AT);
        };
    return TokenWidth.ofCode(Math.clamp(code, 0, 255))
        .orElseThrow(() ->
            UserException.of("%s: unknown token type code %d, expected 1 to 8", file(), code));
  }

  private IndexArrays readArrays() {
    return switch (layout) {
      case MMAP ->
          IndexArrays.mmap(
              bytes.get(IndexFormat.LONG, IndexFormat.ITEMS_AT),
              bytes.get(IndexFormat.LONG, IndexFormat.DOCUMENTS_AT));
      case CACHED ->
          IndexArrays.cached(
              bytes.get(IndexFormat.LONG, IndexFormat.LEGACY_ITEMS_AT),
              bytes.get(IndexFormat.LONG, IndexFormat.LEGACY_DOCUMENTS_AT),
              width.bytes());
    };
  }

  private void checkLength() {
    if (!arrays.fill(bytes.byteSize())) {
      throw UserException.of(
          "%s: %d bytes do not fit its header (%d items, %d document entries):"
              + " damaged or cut short",
          file(), bytes.byteSize(), arrays.items(), arrays.documents());
    }
  }

  /// The sizes must add up to the offsets.
  private void checkItems() {
    long expected = 0;
    for (long item = 0; item < arrays.items(); item++) {
      long size = storedSize(item);
      if (size < 0 || size > Integer.MAX_VALUE) {
        throw UserException.of("%s: item %d has size %d: the index is damaged", file(), item, size);
      }
      if (expected < 0 || storedPointer(item) != expected / arrays.pointerUnit()) {
        throw UserException.of(
            "%s: item %d has size %d at byte %d, expected it at byte %d: the index is damaged",
            file(), item, size, pointer(item), expected);
      }
      expected += size * width.bytes();
    }
    boolean closed = layout == Layout.CACHED; // this layout names the end of the last item, too
    if (closed && storedPointer(arrays.items()) != expected / arrays.pointerUnit()) {
      throw UserException.of(
          "%s: the items end at token %d, expected token %d: the index is damaged",
          file(), storedPointer(arrays.items()), expected / arrays.pointerUnit());
    }
  }

  /// The document entries must be in order.
  private void checkDocuments() {
    long before = 0;
    for (long entry = 0; entry < arrays.documents(); entry++) {
      long items = documentEntry(entry);
      if (items < before || items > arrays.items() || (entry == 0 && items != 0)) {
        throw UserException.of(
            "%s: document entry %d is %d, expected %s to %d: the index is damaged",
            file(), entry, items, before, entry == 0 ? 0 : arrays.items());
      }
      before = items;
    }
  }

  /// Number of items. What NeoX calls a document in training is an item.
  public long items() {
    return arrays.items();
  }

  /// Tokens of one item.
  public int size(long item) {
    Objects.checkIndex(item, arrays.items());
    return (int) storedSize(item);
  }

  private long storedSize(long item) {
    return switch (layout) {
      case MMAP -> bytes.get(IndexFormat.INT, arrays.sizesAt() + 4 * item);
      case CACHED -> bytes.get(IndexFormat.LONG, arrays.sizesAt() + 8 * item);
    };
  }

  /// Where an item begins in the `.bin` file, in bytes.
  long pointer(long item) {
    Objects.checkIndex(item, arrays.items());
    return storedPointer(item) * arrays.pointerUnit();
  }

  private long storedPointer(long item) {
    return bytes.get(IndexFormat.LONG, arrays.pointersAt() + 8 * item);
  }

  /// Length of the `.bin` file that this index describes.
  public long binBytes() {
    long last = arrays.items() - 1;
    return last < 0 ? 0 : pointer(last) + (long) size(last) * width.bytes();
  }

  /// Tokens of the whole dataset.
  public long tokens() {
    return binBytes() / width.bytes();
  }

  /// Entries of the document index: one more than the documents, empty ones counted.
  public long documentEntries() {
    return arrays.documents();
  }

  /// Number of items before the end of document `entry - 1`.
  public long documentEntry(long entry) {
    Objects.checkIndex(entry, arrays.documents());
    return bytes.get(IndexFormat.LONG, arrays.documentsAt() + 8 * entry);
  }

  /// The raw little-endian int32 sizes of the items in a range; for [Layout#MMAP] alone.
  MemorySegment rawSizes(ItemRange range) {
    if (layout != Layout.MMAP) {
      throw new IllegalStateException(layout + " keeps other sizes");
    }
    return bytes.asSlice(arrays.sizesAt() + 4 * range.from(), 4 * range.count());
  }

  public Layout layout() {
    return layout;
  }

  public TokenWidth width() {
    return width;
  }

  public Path prefix() {
    return prefix;
  }

  /// The index file itself.
  public Path file() {
    return IndexFormat.idx(prefix);
  }

  @Override
  public void close() {
    arena.close();
  }
}
