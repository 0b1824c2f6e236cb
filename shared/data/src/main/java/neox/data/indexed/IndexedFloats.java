package neox.data.indexed;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Objects;
import neox.base.UserException;

/// A dataset of numbers (float32) on disk: `prefix.bin` and `prefix.idx`, laid out as one of tokens
/// ([IndexedTokens]). Safe to read from many threads; no thread may read after [#close].
public final class IndexedFloats implements AutoCloseable {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TokenIndex index;
  private final Arena arena;
  private final TokenBytes values;

  private IndexedFloats(TokenIndex index, Arena arena, TokenBytes values) {
    this.index = index;
    this.arena = arena;
    this.values = values;
    if (index.layout() != TokenIndex.Layout.MMAP || index.width() != TokenWidth.FLOAT32) {
      throw UserException.of(
          "%s: holds %s values; expected FLOAT32, as neox-generate with text_gen_type precompute"
              + " writes them",
          index.file(), index.width());
    }
    if (values.byteSize() != index.binBytes()) {
      throw UserException.of(
          "%s: %d bytes, but %s describes %d: the two files do not belong together or one is"
              + " cut short",
          IndexFormat.bin(prefix()), values.byteSize(), index.file(), index.binBytes());
    }
  }

  /// Maps both files and checks the index whole; [UserException] when one is missing, of another
  /// kind, cut short or damaged, or the two do not belong together.
  public static IndexedFloats open(Path prefix) throws IOException {
    TokenIndex index = TokenIndex.open(prefix);
    Arena arena = Arena.ofShared();
    try {
      TokenIndex.requireFile(prefix, IndexFormat.bin(prefix));
      return new IndexedFloats(index, arena, TokenBytes.open(IndexFormat.bin(prefix), arena));
    } catch (IOException | RuntimeException e) {
      arena.close();
      index.close();
      throw e;
    }
  }

  /// Copies the first `length` numbers of an item to `out`.
  public void read(long item, int length, float[] out) {
    Objects.checkFromIndexSize(0, length, size(item));
    Objects.checkFromIndexSize(0, length, out.length);
    MemorySegment part = values.slice(index.pointer(item), (long) length * Float.BYTES);
    MemorySegment.copy(part, FLOAT, 0, out, 0, length);
  }

  /// Number of items.
  public long count() {
    return index.items();
  }

  /// Numbers of one item.
  public int size(long item) {
    return index.size(item);
  }

  public Path prefix() {
    return index.prefix();
  }

  @Override
  public void close() {
    values.close();
    arena.close();
    index.close();
  }
}
