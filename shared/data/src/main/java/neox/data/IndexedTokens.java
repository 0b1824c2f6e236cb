package neox.data;

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
import neox.base.UserException;

/// A tokenized dataset on disk: `prefix.bin` (the tokens) and `prefix.idx` (where items begin).
///
/// Both files are memory-mapped and may be larger than 2 GiB. Safe to read from many threads; no
/// thread may read after [#close].
public final class IndexedTokens implements AutoCloseable {
  private final Path prefix;
  private final Arena arena;
  private final MemorySegment index;
  private final MemorySegment tokens;
  private final TokenWidth width;
  private final long items;
  private final long documentEntries;

  private IndexedTokens(Path prefix, Arena arena, MemorySegment index, MemorySegment tokens) {
    this.prefix = prefix;
    this.arena = arena;
    this.index = index;
    this.tokens = tokens;
    checkMagic();
    this.width = readWidth();
    this.items = index.get(IndexFormat.LONG, IndexFormat.ITEMS_AT);
    this.documentEntries = index.get(IndexFormat.LONG, IndexFormat.DOCUMENTS_AT);
    checkIndexLength();
    checkTokenLength();
  }

  /// Whether either file of the dataset is there.
  public static boolean exists(Path prefix) {
    return Files.exists(IndexFormat.bin(prefix)) || Files.exists(IndexFormat.idx(prefix));
  }

  /// Maps both files; [UserException] when one is missing, of another format, or cut short.
  public static IndexedTokens open(Path prefix) throws IOException {
    requireFile(prefix, IndexFormat.idx(prefix));
    requireFile(prefix, IndexFormat.bin(prefix));
    Arena arena = Arena.ofShared();
    try {
      MemorySegment index = map(IndexFormat.idx(prefix), arena);
      MemorySegment tokens = map(IndexFormat.bin(prefix), arena);
      return new IndexedTokens(prefix, arena, index, tokens);
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static void requireFile(Path prefix, Path file) {
    if (Files.isRegularFile(file)) {
      return;
    }
    String name = prefix.getFileName().toString();
    String hint =
        name.endsWith(".bin") || name.endsWith(".idx")
            ? "give the prefix without '" + name.substring(name.length() - 4) + "'"
            : "a dataset is a prefix with .bin and .idx beside each other (see neox-preprocess)";
    throw UserException.of("%s: no such file; %s", file, hint);
  }

  private static MemorySegment map(Path file, Arena arena) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long size = channel.size();
      return size == 0
          ? MemorySegment.ofArray(new byte[0])
          : channel.map(FileChannel.MapMode.READ_ONLY, 0, size, arena);
    }
  }

  private void checkMagic() {
    Path file = IndexFormat.idx(prefix);
    byte[] head =
        index
            .asSlice(0, Math.min(index.byteSize(), IndexFormat.MAGIC.length))
            .toArray(ValueLayout.JAVA_BYTE);
    int legacy = IndexFormat.LEGACY_MAGIC.length;
    if (head.length >= legacy
        && Arrays.equals(head, 0, legacy, IndexFormat.LEGACY_MAGIC, 0, legacy)) {
      throw UserException.of(
          "%s: written with --dataset-impl cached or lazy (TNTIDX format), which is not read;"
              + " preprocess the corpus again with --dataset-impl mmap",
          file);
    }
    if (!Arrays.equals(head, IndexFormat.MAGIC)) {
      throw UserException.of("%s: not a dataset index (it does not begin with MMIDIDX)", file);
    }
    if (index.byteSize() < IndexFormat.HEADER_BYTES) {
      throw UserException.of(
          "%s: cut short: %d bytes, the header alone has %d",
          file, index.byteSize(), IndexFormat.HEADER_BYTES);
    }
    long version = index.get(IndexFormat.LONG, IndexFormat.VERSION_AT);
    if (version != IndexFormat.VERSION) {
      throw UserException.of(
          "%s: index version %d, expected %d", file, version, IndexFormat.VERSION);
    }
  }

  private TokenWidth readWidth() {
    int code = Byte.toUnsignedInt(index.get(ValueLayout.JAVA_BYTE, IndexFormat.WIDTH_AT));
    return TokenWidth.ofCode(code)
        .orElseThrow(() ->
            UserException.of(
                "%s: unknown token type code %d, expected 1 to 8", IndexFormat.idx(prefix), code));
  }

  private void checkIndexLength() {
    long actual = index.byteSize();
    long limit = actual / 8; // keeps a damaged count from overflowing the sum below
    boolean plausible = items >= 0 && documentEntries >= 0 && documentEntries <= limit;
    plausible &= items <= limit;
    long expected = IndexFormat.HEADER_BYTES + 12 * items + 8 * documentEntries;
    if (!plausible || expected != actual) {
      throw UserException.of(
          "%s: %d bytes do not fit its header (%d items, %d document entries):"
              + " damaged or cut short",
          IndexFormat.idx(prefix), actual, items, documentEntries);
    }
  }

  private void checkTokenLength() {
    long expected = items == 0 ? 0 : pointer(items - 1) + (long) size(items - 1) * width.bytes();
    if (tokens.byteSize() != expected) {
      throw UserException.of(
          "%s: %d bytes, but %s describes %d: the two files do not belong together or one is"
              + " cut short",
          IndexFormat.bin(prefix), tokens.byteSize(), IndexFormat.idx(prefix), expected);
    }
  }

  /// Reads the whole index and checks that the sizes add up to the offsets.
  public void verify() {
    long expected = 0;
    for (long item = 0; item < items; item++) {
      if (size(item) < 0 || pointer(item) != expected) {
        throw UserException.of(
            "%s: item %d has size %d at byte %d, expected it at byte %d: the index is damaged",
            IndexFormat.idx(prefix), item, size(item), pointer(item), expected);
      }
      expected += (long) size(item) * width.bytes();
    }
  }

  /// Copies `length` tokens of an item, from its token `offset` on, to `out[at…]`.
  public void read(long item, int offset, int length, int[] out, int at) {
    Objects.checkFromIndexSize(offset, length, size(item));
    Objects.checkFromIndexSize(at, length, out.length);
    long from = pointer(item) + (long) offset * width.bytes();
    if (from < 0 || from + (long) length * width.bytes() > tokens.byteSize()) {
      throw UserException.of(
          "%s: item %d lies outside the .bin file: the index is damaged",
          IndexFormat.idx(prefix), item);
    }
    switch (width) {
      case UINT16 -> {
        for (int i = 0; i < length; i++) {
          out[at + i] = tokens.get(IndexFormat.SHORT, from + 2L * i) & 0xffff;
        }
      }
      case INT32 -> MemorySegment.copy(tokens, IndexFormat.INT, from, out, at, length);
      case UINT8, INT8, INT16, INT64 -> {
        for (int i = 0; i < length; i++) {
          out[at + i] = readRare(from + (long) i * width.bytes());
        }
      }
      case FLOAT32, FLOAT64 ->
          throw UserException.of("%s: holds %s values, not tokens", prefix, width);
    }
  }

  private int readRare(long at) {
    return switch (width) {
      case UINT8 -> Byte.toUnsignedInt(tokens.get(ValueLayout.JAVA_BYTE, at));
      case INT8 -> tokens.get(ValueLayout.JAVA_BYTE, at);
      case INT16 -> tokens.get(IndexFormat.SHORT, at);
      case INT64 -> Math.toIntExact(tokens.get(IndexFormat.LONG, at));
      case UINT16, INT32, FLOAT32, FLOAT64 -> throw new IllegalStateException(width.toString());
    };
  }

  /// One item whole.
  public int[] item(long item) {
    int[] out = new int[size(item)];
    read(item, 0, out.length, out, 0);
    return out;
  }

  /// Number of items. What NeoX calls a document in training is an item.
  public long count() {
    return items;
  }

  /// Tokens of one item.
  public int size(long item) {
    Objects.checkIndex(item, items);
    return index.get(IndexFormat.INT, IndexFormat.HEADER_BYTES + 4 * item);
  }

  private long pointer(long item) {
    return index.get(IndexFormat.LONG, IndexFormat.HEADER_BYTES + 4 * items + 8 * item);
  }

  /// Entries of the document index: one more than the documents, empty ones counted.
  public long documentEntries() {
    return documentEntries;
  }

  /// Number of items before the end of document `entry - 1`.
  public long documentEntry(long entry) {
    Objects.checkIndex(entry, documentEntries);
    return index.get(IndexFormat.LONG, IndexFormat.HEADER_BYTES + 12 * items + 8 * entry);
  }

  /// Tokens of the whole dataset.
  public long tokens() {
    return tokens.byteSize() / width.bytes();
  }

  public TokenWidth width() {
    return width;
  }

  public Path prefix() {
    return prefix;
  }

  /// The raw little-endian sizes of the items in a range: all that the order of samples depends on.
  MemorySegment rawSizes(ItemRange range) {
    return index.asSlice(IndexFormat.HEADER_BYTES + 4 * range.from(), 4 * range.count());
  }

  @Override
  public void close() {
    arena.close();
  }
}
