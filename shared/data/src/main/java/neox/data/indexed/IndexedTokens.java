package neox.data.indexed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.zip.Checksum;
import neox.base.UserException;

/// A tokenized dataset on disk: `prefix.bin` (the tokens) and `prefix.idx` (where items begin).
///
/// Both files are memory-mapped and may be larger than 2 GiB; of those in a store, the tokens come
/// by blocks when they are read. Safe to read from many threads; no thread may read after [#close].
public final class IndexedTokens implements AutoCloseable {
  private static final long SLICE = 1L << 30; // a ByteBuffer ends at 2 GiB
  private static final long SAMPLED_BLOCKS = 64;
  private static final long SAMPLED_BYTES = 4096;

  private final TokenIndex index;
  private final Arena arena;
  private final TokenBytes tokens;
  private final TokenWidth width;

  private IndexedTokens(TokenIndex index, Arena arena, TokenBytes tokens) {
    this.index = index;
    this.arena = arena;
    this.tokens = tokens;
    this.width = index.width();
    requireMmap();
    requireTokens();
    checkTokenLength();
  }

  /// Whether either file of the dataset is there.
  public static boolean exists(Path prefix) {
    return Files.exists(IndexFormat.bin(prefix)) || Files.exists(IndexFormat.idx(prefix));
  }

  /// Maps both files and checks the index whole; [UserException] when one is missing, of another
  /// format, cut short or damaged, or the two do not belong together.
  public static IndexedTokens open(Path prefix) throws IOException {
    TokenIndex index = TokenIndex.open(prefix);
    Arena arena = Arena.ofShared();
    try {
      TokenIndex.requireFile(prefix, IndexFormat.bin(prefix));
      return new IndexedTokens(index, arena, TokenBytes.open(IndexFormat.bin(prefix), arena));
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

  private void requireTokens() {
    if (!width.holdsIntegers()) {
      throw UserException.of("%s: holds %s values, not tokens", index.file(), width);
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

  /// Copies `length` tokens of an item, from its token `offset` on, to `out[at…]`.
  public void read(long item, int offset, int length, int[] out, int at) {
    Objects.checkFromIndexSize(offset, length, size(item));
    Objects.checkFromIndexSize(at, length, out.length);
    long from = index.pointer(item) + (long) offset * width.bytes();
    MemorySegment part = tokens.slice(from, (long) length * width.bytes());
    switch (width) {
      case UINT16 -> {
        for (int i = 0; i < length; i++) {
          out[at + i] = part.get(IndexFormat.SHORT, 2L * i) & 0xffff;
        }
      }
      case INT32 -> MemorySegment.copy(part, IndexFormat.INT, 0, out, at, length);
      case UINT8, INT8, INT16, INT64 -> {
        for (int i = 0; i < length; i++) {
          out[at + i] = readRare(part, (long) i * width.bytes(), item);
        }
      }
      case FLOAT32, FLOAT64 -> throw new IllegalStateException(width.toString());
    }
  }

  private int readRare(MemorySegment part, long at, long item) {
    return switch (width) {
      case UINT8 -> Byte.toUnsignedInt(part.get(ValueLayout.JAVA_BYTE, at));
      case INT8 -> part.get(ValueLayout.JAVA_BYTE, at);
      case INT16 -> part.get(IndexFormat.SHORT, at);
      case INT64 -> narrow(part.get(IndexFormat.LONG, at), item);
      case UINT16, INT32, FLOAT32, FLOAT64 -> throw new IllegalStateException(width.toString());
    };
  }

  private int narrow(long token, long item) {
    if (token != (int) token) {
      throw UserException.of(
          "%s: document %d holds %d, which is no token: the file is damaged, or its index names a"
              + " wrong type",
          IndexFormat.bin(prefix()), item, token);
    }
    return (int) token;
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

  /// Adds the sizes of all items, and blocks of tokens from all over the file: enough to know
  /// another dataset by, without reading all of it.
  public void addTo(Checksum checksum) {
    add(rawSizes(new ItemRange(0, count())), checksum);
    long blocks = Math.min(SAMPLED_BLOCKS, Math.ceilDiv(tokens.byteSize(), SAMPLED_BYTES));
    for (long block = 0; block < blocks; block++) {
      long at = (tokens.byteSize() - 1) * block / blocks;
      add(tokens.slice(at, Math.min(SAMPLED_BYTES, tokens.byteSize() - at)), checksum);
    }
  }

  private static void add(MemorySegment bytes, Checksum checksum) {
    for (long at = 0; at < bytes.byteSize(); at += SLICE) {
      checksum.update(bytes.asSlice(at, Math.min(SLICE, bytes.byteSize() - at)).asByteBuffer());
    }
  }

  @Override
  public void close() {
    tokens.close();
    arena.close();
    index.close();
  }
}
