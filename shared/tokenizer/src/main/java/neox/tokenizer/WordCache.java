package neox.tokenizer;

import neox.tokenizer.text.EightBytes;
import neox.tokenizer.vocabulary.MergeTable;

/// Remembers the tokens of short words: a bounded hash table without objects.
///
/// A word of up to [#MAX_WORD] bytes is packed with its length into two longs, so that a lookup
/// compares two numbers and no bytes. A longer word is cut where no merge can go across (see
/// [SafeCuts]), and so is a short one that is new; a long piece goes to a [LongWordCache]. A word
/// has two places to be in; a new word takes the second, a word found in the second moves to the
/// first, so that frequent words stay. Both tables together take 8 MB, and never more. Not
/// thread-safe.
final class WordCache {
  static final int MAX_WORD = 15;

  /// Longs per slot: two of key, two of tokens. The topmost byte of the key is length and number of
  /// tokens, four bits each.
  private static final int SLOT = 4;

  private static final int SLOTS = 1 << 17;
  private static final int SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(SLOTS);
  private static final int LENGTH_SHIFT = 56;
  private static final int COUNT_SHIFT = 60;
  private static final long KEY_MASK = (1L << COUNT_SHIFT) - 1;

  private static final int TOKEN_BITS = 21;
  private static final int TOKEN_MASK = MergeTable.TOKENS - 1;
  private static final int TOKENS_PER_LONG = Long.SIZE / TOKEN_BITS;
  private static final int MAX_TOKENS = 2 * TOKENS_PER_LONG;

  /// Which bits of the first and the second eight bytes belong to a word, by its length.
  private static final long[] LOW_MASKS = new long[MAX_WORD + 1];

  private static final long[] HIGH_MASKS = new long[MAX_WORD + 1];

  static {
    for (int length = 1; length <= MAX_WORD; length++) {
      LOW_MASKS[length] = -1L >>> Math.max(0, Long.SIZE - 8 * length);
      HIGH_MASKS[length] = length <= EightBytes.SIZE ? 0 : -1L >>> (2 * Long.SIZE - 8 * length);
    }
  }

  private final BpeModel model;
  private final WordMerger merger;
  private final LongWordCache longWords;
  private final long[] table = new long[SLOT * SLOTS];

  WordCache(BpeModel model) {
    this.model = model;
    merger = new WordMerger(model);
    longWords = new LongWordCache(merger);
  }

  /// Appends the tokens of the word `text[from, to)`.
  void encode(byte[] text, int from, int to, TokenBuffer out) {
    int length = to - from;
    if (length > MAX_WORD) {
      encodePieces(text, from, to, out);
      return;
    }
    long low;
    long high = (long) length << LENGTH_SHIFT;
    if (from + 2 * EightBytes.SIZE <= text.length) {
      low = EightBytes.at(text, from) & LOW_MASKS[length];
      high |= EightBytes.at(text, from + EightBytes.SIZE) & HIGH_MASKS[length];
    } else {
      low = EightBytes.start(text, from, Math.min(length, EightBytes.SIZE));
      high |= EightBytes.start(text, from + EightBytes.SIZE, length - EightBytes.SIZE);
    }
    int slot = slot(low, high);
    if (table[slot] == low && (table[slot + 1] & KEY_MASK) == high) {
      emit(slot, out);
      return;
    }
    int second = slot ^ SLOT;
    if (table[second] == low && (table[second + 1] & KEY_MASK) == high) {
      emit(second, out);
      swap(slot, second);
      return;
    }
    add(text, from, to, out, table[slot + 1] == 0 ? slot : second);
  }

  private void encodePieces(byte[] text, int from, int to, TokenBuffer out) {
    int at = from;
    while (at < to) {
      int end = model.nextCut(text, at, to);
      if (end - at > MAX_WORD) {
        longWords.encode(text, at, end, out);
      } else {
        encode(text, at, end, out);
      }
      at = end;
    }
  }

  private static int slot(long low, long high) {
    long mixed = (low ^ Long.rotateLeft(high * 0xC2B2AE3D27D4EB4FL, 29)) * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> SHIFT) * SLOT;
  }

  private void emit(int slot, TokenBuffer out) {
    int[] ids = out.room(MAX_TOKENS);
    int at = out.size();
    int count = (int) (table[slot + 1] >>> COUNT_SHIFT);
    unpack(table[slot + 2], ids, at);
    if (count > TOKENS_PER_LONG) {
      unpack(table[slot + 3], ids, at + TOKENS_PER_LONG);
    }
    out.grow(count);
  }

  private static void unpack(long tokens, int[] ids, int at) {
    ids[at] = (int) tokens & TOKEN_MASK;
    ids[at + 1] = (int) (tokens >>> TOKEN_BITS) & TOKEN_MASK;
    ids[at + 2] = (int) (tokens >>> (2 * TOKEN_BITS));
  }

  private void swap(int a, int b) {
    for (int i = 0; i < SLOT; i++) {
      long kept = table[a + i];
      table[a + i] = table[b + i];
      table[b + i] = kept;
    }
  }

  /// Encodes a new word and, unless it has too many tokens, remembers them.
  private void add(byte[] text, int from, int to, TokenBuffer out, int slot) {
    int before = out.size();
    if (model.nextCut(text, from, to) < to) {
      encodePieces(text, from, to, out);
    } else {
      merger.append(text, from, to, out);
    }
    int size = out.size() - before;
    if (size > MAX_TOKENS) {
      return;
    }
    int length = to - from;
    table[slot] = EightBytes.start(text, from, Math.min(length, EightBytes.SIZE));
    table[slot + 1] =
        EightBytes.start(text, from + EightBytes.SIZE, length - EightBytes.SIZE)
            | (long) length << LENGTH_SHIFT
            | (long) size << COUNT_SHIFT;
    table[slot + 2] = pack(out.array(), before, Math.min(size, TOKENS_PER_LONG));
    table[slot + 3] = pack(out.array(), before + TOKENS_PER_LONG, size - TOKENS_PER_LONG);
  }

  private static long pack(int[] ids, int from, int count) {
    long packed = 0;
    for (int i = 0; i < count; i++) {
      packed |= (long) ids[from + i] << (TOKEN_BITS * i);
    }
    return packed;
  }
}
