package neox.tokenizer;

import neox.tokenizer.text.EightBytes;
import neox.tokenizer.vocabulary.MergeTable;

/// Remembers the tokens of short words: a bounded hash table without objects.
///
/// A word of up to [PackedWord#MAX] bytes is packed with its length into two longs, so that a
/// lookup compares two numbers and no bytes. A longer word is cut where no merge can go across (see
/// [SafeCuts]), and so is a short one that is new; a long piece goes to a [LongWordCache]. A word
/// has two places to be in; a new word takes the second, a word found in the second moves to the
/// first, so that frequent words stay. Both tables together take 12 MB, and never more. Not
/// thread-safe.
final class WordCache implements WordEncoder {
  /// Longs per slot: two of key, two of tokens. The topmost byte of the key is length and number of
  /// tokens, four bits each.
  private static final int SLOT = 4;

  private static final int SLOTS = 1 << 18;
  private static final int COUNT_SHIFT = 60;
  private static final long KEY_MASK = (1L << COUNT_SHIFT) - 1;

  private static final int TOKEN_MASK = MergeTable.TOKENS - 1;
  private static final int TOKENS_PER_LONG = Long.SIZE / MergeTable.TOKEN_BITS;
  private static final int MAX_TOKENS = 2 * TOKENS_PER_LONG;

  private final BpeModel model;
  private final WordMerger merger;
  private final LongWordCache longWords;
  private final int shift;
  private final long[] table;

  /// The words of one call: their keys and their slots.
  private final long[] lows = new long[MAX_WORDS];

  private final long[] highs = new long[MAX_WORDS];
  private final int[] slots = new int[MAX_WORDS];

  /// Keeps the loads of [#prepare] from being left out.
  @SuppressWarnings("UnusedVariable") // written, so that the compiler must compute it
  private long touched;

  WordCache(BpeModel model) {
    this(model, SLOTS);
  }

  /// @param slots how many words are remembered, a power of two
  WordCache(BpeModel model, int slots) {
    this.model = model;
    merger = new WordMerger(model);
    longWords = new LongWordCache(merger);
    shift = Long.SIZE - Integer.numberOfTrailingZeros(slots);
    table = new long[SLOT * slots];
  }

  @Override
  public void encode(byte[] text, int[] bounds, int count, TokenBuffer out) {
    if (count == 0) {
      return;
    }
    prepare(text, bounds, count);
    int[] ids = out.room(MAX_TOKENS * count);
    int at = out.size();
    for (int i = 0; i < count; i++) {
      int slot = slots[i];
      long head = table[slot + 1];
      if (table[slot] == lows[i] && (head & KEY_MASK) == highs[i]) {
        int size = (int) (head >>> COUNT_SHIFT);
        unpack(table[slot + 2], ids, at);
        if (size > TOKENS_PER_LONG) {
          unpack(table[slot + 3], ids, at + TOKENS_PER_LONG);
        }
        at += size;
      } else {
        out.grow(at - out.size());
        if (bounds[i + 1] - bounds[i] > PackedWord.MAX) {
          encodePieces(text, bounds[i], bounds[i + 1], out);
        } else {
          find(text, bounds[i], bounds[i + 1], lows[i], highs[i], slot, out);
        }
        ids = out.room(MAX_TOKENS * (count - i));
        at = out.size();
      }
    }
    out.grow(at - out.size());
  }

  /// Packs the words and brings their slots near, many at a time: the processor waits for all of
  /// them together instead of for one after the other.
  private void prepare(byte[] text, int[] bounds, int count) {
    boolean room = PackedWord.hasRoom(text, bounds[count - 1]);
    long seen = 0;
    for (int i = 0; i < count; i++) {
      int from = bounds[i];
      int length = bounds[i + 1] - from;
      if (length > PackedWord.MAX) {
        highs[i] = -1; // no word
        slots[i] = 0;
        continue;
      }
      long low;
      long high;
      if (room) {
        low = PackedWord.low(EightBytes.at(text, from), length);
        high = PackedWord.high(EightBytes.at(text, from + EightBytes.SIZE), length);
      } else {
        low = PackedWord.low(text, from, length);
        high = PackedWord.high(text, from, length);
      }
      int slot = slot(low, high);
      lows[i] = low;
      highs[i] = high;
      slots[i] = slot;
      seen ^= table[slot];
    }
    touched = seen;
  }

  private int slot(long low, long high) {
    return (int) (PackedWord.hash(low, high) >>> shift) * SLOT;
  }

  /// Appends the tokens of the word `text[from, to)`.
  void encode(byte[] text, int from, int to, TokenBuffer out) {
    int length = to - from;
    if (length > PackedWord.MAX) {
      encodePieces(text, from, to, out);
      return;
    }
    long low = PackedWord.low(text, from, length);
    long high = PackedWord.high(text, from, length);
    find(text, from, to, low, high, slot(low, high), out);
  }

  private void find(byte[] text, int from, int to, long low, long high, int slot, TokenBuffer out) {
    int second = slot ^ SLOT;
    if (holds(slot, low, high)) {
      emit(slot, out);
    } else if (holds(second, low, high)) {
      emit(second, out);
      swap(slot, second);
    } else {
      add(text, from, to, low, high, table[slot + 1] == 0 ? slot : second, out);
    }
  }

  private boolean holds(int slot, long low, long high) {
    return table[slot] == low && (table[slot + 1] & KEY_MASK) == high;
  }

  private void encodePieces(byte[] text, int from, int to, TokenBuffer out) {
    int at = from;
    while (at < to) {
      int end = model.nextCut(text, at, to);
      if (end - at > PackedWord.MAX) {
        longWords.encode(text, at, end, out);
      } else {
        encode(text, at, end, out);
      }
      at = end;
    }
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
    ids[at + 1] = (int) (tokens >>> MergeTable.TOKEN_BITS) & TOKEN_MASK;
    ids[at + 2] = (int) (tokens >>> (2 * MergeTable.TOKEN_BITS));
  }

  private void swap(int a, int b) {
    for (int i = 0; i < SLOT; i++) {
      long kept = table[a + i];
      table[a + i] = table[b + i];
      table[b + i] = kept;
    }
  }

  /// Encodes a new word and, unless it has too many tokens, remembers them.
  private void add(byte[] text, int from, int to, long low, long high, int slot, TokenBuffer out) {
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
    table[slot] = low;
    table[slot + 1] = high | (long) size << COUNT_SHIFT;
    table[slot + 2] = pack(out.array(), before, Math.min(size, TOKENS_PER_LONG));
    table[slot + 3] = pack(out.array(), before + TOKENS_PER_LONG, size - TOKENS_PER_LONG);
  }

  private static long pack(int[] ids, int from, int count) {
    long packed = 0;
    for (int i = 0; i < count; i++) {
      packed |= (long) ids[from + i] << (MergeTable.TOKEN_BITS * i);
    }
    return packed;
  }
}
