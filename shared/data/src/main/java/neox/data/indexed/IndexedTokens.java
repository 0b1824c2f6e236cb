package neox.data.indexed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import neox.base.UserException;

/// A tokenized dataset on disk: `prefix.bin` (the tokens) and `prefix.idx` (where items begin).
///
/// Both files are memory-mapped and may be larger than 2 GiB. Safe to read from many threads; no
/// thread may read after [#close].
public final class IndexedTokens implements AutoCloseable {
  private final TokenIndex index;
  private final Arena arena;
  private final MemorySegment tokens;
  private final TokenWidth width;

  private IndexedTokens(TokenIndex index, Arena arena, MemorySegment tokens) {
    this.index = index;
    this.arena = arena;
    this.tokens = tokens;
    this.width = index.width();
    requireMmap();
    checkTokenLength();
  }

  /// Whether either file of the dataset is there.
  public static boolean exists(Path prefix) {
    return Files.exists(IndexFormat.bin(prefix)) || Files.exists(IndexFormat.idx(prefix));
  }

  /// Maps both files; [UserException] when one is missing, of another format, or cut short.
  public static IndexedTokens open(Path prefix) throws IOException {
    TokenIndex index = TokenIndex.open(prefix);
    Arena arena = Arena.ofShared();
    try {
      TokenIndex.requireFile(prefix, IndexFormat.bin(prefix));
      return new IndexedTokens(index, arena, TokenIndex.map(IndexFormat.bin(prefix), arena));
    } catch (IOException | RuntimeException e) {
      arena.close();
      index.close();
      throw e;
    }
  }

  private void requireMmap() {
    if (index.layout() != TokenIndex.Layout.MMAP) {
      throw UserException.of(
          "%s: written with --dataset-impl cached or lazy (TNTIDX format), which is not read;"
              + " preprocess the corpus again with --dataset-impl mmap",
          index.file());
    }
  }

  private void checkTokenLength() {
    if (tokens.byteSize() != index.binBytes()) {
      throw UserException.of(
          "%s: %d bytes, but %s describes %d: the two files do not belong together or one is"
              + " cut short",
          IndexFormat.bin(prefix()), tokens.byteSize(), index.file(), index.binBytes());
    }
  }

  /// Reads the whole index and checks that the sizes add up to the offsets.
  public void verify() {
    index.verify();
  }

  /// Copies `length` tokens of an item, from its token `offset` on, to `out[at…]`.
  public void read(long item, int offset, int length, int[] out, int at) {
    Objects.checkFromIndexSize(offset, length, size(item));
    Objects.checkFromIndexSize(at, length, out.length);
    long from = index.pointer(item) + (long) offset * width.bytes();
    if (from < 0 || from + (long) length * width.bytes() > tokens.byteSize()) {
      throw UserException.of(
          "%s: item %d lies outside the .bin file: the index is damaged", index.file(), item);
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
          throw UserException.of("%s: holds %s values, not tokens", prefix(), width);
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
    return index.items();
  }

  /// Tokens of one item.
  public int size(long item) {
    return index.size(item);
  }

  /// Entries of the document index: one more than the documents, empty ones counted.
  public long documentEntries() {
    return index.documentEntries();
  }

  /// Number of items before the end of document `entry - 1`.
  public long documentEntry(long entry) {
    return index.documentEntry(entry);
  }

  /// Tokens of the whole dataset.
  public long tokens() {
    return tokens.byteSize() / width.bytes();
  }

  public TokenWidth width() {
    return width;
  }

  public Path prefix() {
    return index.prefix();
  }

  /// The raw little-endian sizes of the items in a range: all that the order of samples depends on.
  public MemorySegment rawSizes(ItemRange range) {
    return index.rawSizes(range);
  }

  @Override
  public void close() {
    arena.close();
    index.close();
  }
}
