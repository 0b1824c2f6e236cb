package neox.tokenizer;

import neox.tokenizer.vocabulary.LongWordMerger;
import neox.tokenizer.vocabulary.MergeTable;

/// Merges the bytes of one word into tokens: always the pair of lowest rank, the leftmost first.
///
/// Short words look through all their pairs for each merge; long ones go to a [LongWordMerger].
/// Holds scratch space: one per thread.
final class WordMerger implements WordEncoder {
  /// Longer words keep their pairs in a heap.
  private static final int SCAN_LIMIT = 64;

  private static final long NO_MERGE = (long) MergeTable.NONE << 32;

  private final BpeModel model;
  private final LongWordMerger longWords;

  /// Each part of the word: its id, and above it the rank of merging it with the next part.
  private final long[] parts = new long[SCAN_LIMIT];

  private final int[] shortIds = new int[SCAN_LIMIT];
  private int[] ids = shortIds;

  WordMerger(BpeModel model) {
    this.model = model;
    longWords = new LongWordMerger(model.pairMerges());
  }

  /// Merges a word and returns the number of tokens, which stand at the front of [#ids].
  int merge(byte[] text, int from, int to) {
    if (to - from > SCAN_LIMIT) {
      int[] room = longWords.room(to - from);
      int size = longWords.merge(model.split(text, from, to, room));
      ids = longWords.ids();
      return size;
    }
    int size = scan(split(text, from, to));
    for (int i = 0; i < size; i++) {
      shortIds[i] = (int) parts[i];
    }
    ids = shortIds;
    return size;
  }

  /// Appends the tokens of the word `text[from, to)`.
  void append(byte[] text, int from, int to, TokenBuffer out) {
    int size = merge(text, from, to);
    out.add(ids, 0, size);
  }

  @Override
  public void encode(byte[] text, int[] bounds, int count, TokenBuffer out) {
    for (int i = 0; i < count; i++) {
      append(text, bounds[i], bounds[i + 1], out);
    }
  }

  /// The tokens of the last word; valid until the next call of [#merge].
  int[] ids() {
    return ids;
  }

  /// Makes the first tokens of a word parts and returns their number.
  private int split(byte[] text, int from, int to) {
    int size = model.split(text, from, to, shortIds);
    for (int i = 0; i < size; i++) {
      int rank = i + 1 < size ? model.rank(shortIds[i], shortIds[i + 1]) : MergeTable.NONE;
      parts[i] = (long) rank << 32 | shortIds[i];
    }
    return size;
  }

  private int scan(int initialSize) {
    int size = initialSize;
    while (true) {
      long least = leastRank(size);
      if (least >= NO_MERGE) {
        return size;
      }
      int at = (int) least;
      int id = model.merged((int) (least >>> 32));
      size--;
      for (int i = at + 1; i < size; i++) {
        parts[i] = parts[i + 1];
      }
      int rank = at + 1 < size ? model.rank(id, (int) parts[at + 1]) : MergeTable.NONE;
      parts[at] = (long) rank << 32 | id;
      if (at > 0) {
        int before = (int) parts[at - 1];
        parts[at - 1] = (long) model.rank(before, id) << 32 | before;
      }
    }
  }

  /// The lowest rank with its place, the leftmost of several. Two independent minima go side by
  /// side through the processor; the last part has no rank and need not be looked at.
  private long leastRank(int size) {
    long even = NO_MERGE;
    long odd = NO_MERGE;
    for (int i = 0; i + 1 < size; i += 2) {
      even = Math.min(even, (parts[i] & 0xFFFFFFFF_00000000L) | i);
      odd = Math.min(odd, (parts[i + 1] & 0xFFFFFFFF_00000000L) | (i + 1));
    }
    return Math.min(even, odd);
  }
}
