package neox.tokenizer.text;

import java.util.Arrays;

/// A flat hash table from a pair of non-negative numbers to a number.
///
/// Filled once, then read by all threads.
public final class PairTable {
  public static final int NONE = Integer.MAX_VALUE;
  private static final long EMPTY = -1;

  private final long[] keys;
  private final int[] values;
  private final int shift;

  /// @param expected how many pairs will be put at most
  public PairTable(int expected) {
    int slots = Integer.highestOneBit(Math.max(8, expected)) * 4;
    keys = new long[slots];
    Arrays.fill(keys, EMPTY);
    values = new int[slots];
    shift = Long.numberOfLeadingZeros(slots) + 1;
  }

  /// A later value of the same pair replaces an earlier one.
  public void put(int left, int right, int value) {
    long key = key(left, right);
    int slot = slot(key);
    while (keys[slot] != EMPTY && keys[slot] != key) {
      slot = (slot + 1) & (keys.length - 1);
    }
    keys[slot] = key;
    values[slot] = value;
  }

  /// The value of the pair, or [#NONE].
  public int get(int left, int right) {
    long key = key(left, right);
    int slot = slot(key);
    while (true) {
      long found = keys[slot];
      if (found == key) {
        return values[slot];
      }
      if (found == EMPTY) {
        return NONE;
      }
      slot = (slot + 1) & (keys.length - 1);
    }
  }

  private static long key(int left, int right) {
    return (long) left << 32 | right;
  }

  private int slot(long key) {
    return (int) ((key * 0x9E3779B97F4A7C15L) >>> shift);
  }
}
