package neox.tokenizer;

import neox.tokenizer.text.EightBytes;

/// Remembers the tokens of words, and pieces of words, of 16 to 48 bytes.
///
/// Places as in [WordCache]. Words that are longer, or have more tokens than a slot holds, are
/// merged each time. 4 MB, and never more. Not thread-safe.
final class LongWordCache {
  /// Longs per slot: hash and length, key, number of tokens (half a long), tokens.
  private static final int SLOT = 16;

  private static final int KEY = 6;
  private static final int COUNT = 1 + KEY;
  private static final int MAX_WORD = KEY * EightBytes.SIZE;
  private static final int MAX_TOKENS = 2 * (SLOT - COUNT) - 1;
  private static final int SLOTS = 1 << 15;
  private static final int SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(SLOTS);
  private final WordMerger merger;
  private final long[] table = new long[SLOT * SLOTS];

  LongWordCache(WordMerger merger) {
    this.merger = merger;
  }

  /// Appends the tokens of the word `text[from, to)`.
  void encode(byte[] text, int from, int to, TokenBuffer out) {
    int length = to - from;
    if (length > MAX_WORD) {
      merger.append(text, from, to, out);
      return;
    }
    long hash = hash(text, from, to);
    int slot = (int) (hash >>> SHIFT) * SLOT;
    long head = (hash & -256) | length;
    if (table[slot] == head && equal(slot, text, from, to)) {
      emit(slot, out);
      return;
    }
    int second = slot ^ SLOT;
    if (table[second] == head && equal(second, text, from, to)) {
      emit(second, out);
      swap(slot, second);
      return;
    }
    int size = merger.merge(text, from, to);
    out.add(merger.ids(), 0, size);
    if (size <= MAX_TOKENS) {
      remember(table[slot] == 0 ? slot : second, head, text, from, to, size);
    }
  }

  /// Eight bytes at a time; the last eight may overlap those before.
  private static long hash(byte[] text, int from, int to) {
    long hash = 0;
    for (int i = from; i + EightBytes.SIZE < to; i += EightBytes.SIZE) {
      hash = mix(hash, EightBytes.at(text, i));
    }
    return mix(hash, EightBytes.at(text, to - EightBytes.SIZE));
  }

  private static long mix(long hash, long word) {
    long mixed = (hash ^ word) * 0x9E3779B97F4A7C15L;
    return mixed ^ (mixed >>> 32);
  }

  private boolean equal(int slot, byte[] text, int from, int to) {
    int key = slot + 1;
    for (int i = from; i + EightBytes.SIZE < to; i += EightBytes.SIZE) {
      if (table[key++] != EightBytes.at(text, i)) {
        return false;
      }
    }
    return table[key] == EightBytes.at(text, to - EightBytes.SIZE);
  }

  private void emit(int slot, TokenBuffer out) {
    int[] ids = out.room(MAX_TOKENS + 1);
    int at = out.size();
    long first = table[slot + COUNT];
    int count = (int) first;
    ids[at++] = (int) (first >>> 32);
    int pairs = count / 2;
    for (int i = 1; i <= pairs; i++) {
      long pair = table[slot + COUNT + i];
      ids[at++] = (int) pair;
      ids[at++] = (int) (pair >>> 32);
    }
    out.grow(count);
  }

  private void swap(int a, int b) {
    for (int i = 0; i < SLOT; i++) {
      long kept = table[a + i];
      table[a + i] = table[b + i];
      table[b + i] = kept;
    }
  }

  private void remember(int slot, long head, byte[] text, int from, int to, int size) {
    table[slot] = head;
    int key = slot + 1;
    for (int i = from; i + EightBytes.SIZE < to; i += EightBytes.SIZE) {
      table[key++] = EightBytes.at(text, i);
    }
    table[key] = EightBytes.at(text, to - EightBytes.SIZE);
    int[] ids = merger.ids();
    table[slot + COUNT] = (size > 0 ? (long) ids[0] << 32 : 0) | size;
    for (int i = 1; i < size; i += 2) {
      long odd = i + 1 < size ? ids[i + 1] : 0;
      table[slot + COUNT + 1 + i / 2] = odd << 32 | ids[i];
    }
  }
}
