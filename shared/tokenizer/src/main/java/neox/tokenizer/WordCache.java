package neox.tokenizer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Remembers the tokens of short words: a bounded hash table without objects.
///
/// A word of up to [#MAX_WORD] bytes is packed with its length into two longs, so that a lookup
/// compares two numbers and no bytes. A full table forgets everything and starts again. Not
/// thread-safe.
final class WordCache {
  static final int MAX_WORD = 15;
  private static final int SLOTS = 1 << 17;
  private static final int MAX_ENTRIES = SLOTS / 2;
  private static final int MAX_POOL = 1 << 20;
  private static final int SHIFT = Long.SIZE - Integer.numberOfTrailingZeros(SLOTS);
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final WordMerger merger;
  private final long[] keys = new long[2 * SLOTS];

  /// The only token of a word, or `~position` of the word's length and tokens in the pool.
  private final int[] values = new int[SLOTS];

  private int[] pool = new int[1024];
  private int poolSize;
  private int entries;

  WordCache(WordMerger merger) {
    this.merger = merger;
  }

  /// Appends the tokens of the word `text[from, to)`.
  void encode(byte[] text, int from, int to, TokenBuffer out) {
    int length = to - from;
    if (length > MAX_WORD) {
      merger.append(text, from, to, out);
      return;
    }
    long low = low(text, from, length);
    long high = high(text, from, length);
    long mixed = low ^ Long.rotateLeft(high * 0xC2B2AE3D27D4EB4FL, 29);
    int slot = (int) ((mixed * 0x9E3779B97F4A7C15L) >>> SHIFT);
    while (keys[2 * slot + 1] != 0) {
      if (keys[2 * slot] == low && keys[2 * slot + 1] == high) {
        int value = values[slot];
        if (value >= 0) {
          out.add(value);
        } else {
          out.add(pool, ~value + 1, ~value + 1 + pool[~value]);
        }
        return;
      }
      slot = (slot + 1) & (SLOTS - 1);
    }
    int size = merger.merge(text, from, to);
    out.add(merger.ids(), 0, size);
    remember(slot, low, high, size);
  }

  private void remember(int slot, long low, long high, int size) {
    if (entries == MAX_ENTRIES || poolSize + size + 1 > MAX_POOL) {
      Arrays.fill(keys, 0);
      entries = 0;
      poolSize = 0;
      return;
    }
    keys[2 * slot] = low;
    keys[2 * slot + 1] = high;
    entries++;
    if (size == 1) {
      values[slot] = merger.ids()[0];
      return;
    }
    if (poolSize + size + 1 > pool.length) {
      pool = Arrays.copyOf(pool, pool.length * 2);
    }
    values[slot] = ~poolSize;
    pool[poolSize++] = size;
    System.arraycopy(merger.ids(), 0, pool, poolSize, size);
    poolSize += size;
  }

  /// The first eight bytes of the word, zeros after its end.
  private static long low(byte[] text, int from, int length) {
    if (from + Long.BYTES > text.length) {
      return slowly(text, from, Math.min(length, Long.BYTES));
    }
    long word = (long) LONGS.get(text, from);
    return length >= Long.BYTES ? word : word & ((1L << (8 * length)) - 1);
  }

  /// The bytes after the eighth, and the length in the topmost byte (so never zero).
  private static long high(byte[] text, int from, int length) {
    long size = (long) length << 56;
    if (length <= Long.BYTES) {
      return size;
    }
    if (from + 2 * Long.BYTES > text.length) {
      return size | slowly(text, from + Long.BYTES, length - Long.BYTES);
    }
    long word = (long) LONGS.get(text, from + Long.BYTES);
    return size | (word & ((1L << (8 * (length - Long.BYTES))) - 1));
  }

  private static long slowly(byte[] text, int from, int length) {
    long word = 0;
    for (int i = 0; i < length; i++) {
      word |= (text[from + i] & 0xFFL) << (8 * i);
    }
    return word;
  }
}
