package neox.data;

import java.lang.foreign.MemorySegment;
import neox.data.indexed.IndexFormat;
import neox.data.indexed.IndexedTokens;
import neox.data.indexed.ItemRange;

/// The sizes of documents in the order of an array, read a block ahead: sizes lie all over the
/// index file, and the processor then waits for several of them at once.
final class SizesInOrder {
  private static final int BLOCK = 512;

  private final IntegerArray documents;
  private final MemorySegment sizes;
  private final int[] block = new int[BLOCK];
  private long next;
  private int at = BLOCK;

  /// @param first where in `documents` to begin
  SizesInOrder(IntegerArray documents, long first, IndexedTokens tokens) {
    this.documents = documents;
    this.next = first;
    this.sizes = tokens.rawSizes(new ItemRange(0, tokens.count()));
  }

  /// The size of the next document; not to be called after the last.
  int next() {
    if (at == BLOCK) {
      int count = (int) Math.min(BLOCK, documents.length() - next);
      for (int k = 0; k < count; k++) {
        block[k] = sizes.getAtIndex(IndexFormat.INT, documents.get(next + k));
      }
      next += count;
      at = 0;
    }
    return block[at++];
  }
}
