package neox.tokenizer;

import java.util.Arrays;

/// How often each pair of neighbouring tokens occurs: a growing flat hash table.
final class PairCounts {
  private static final long EMPTY = -1;

  private long[] pairs = new long[1 << 12];
  private long[] counts = new long[1 << 12];
  private int size;

  PairCounts() {
    Arrays.fill(pairs, EMPTY);
  }

  static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  void add(long pair, long change) {
    int slot = slot(pair);
    if (pairs[slot] == EMPTY) {
      pairs[slot] = pair;
      size++;
    }
    counts[slot] += change;
    if (size * 2 > pairs.length) {
      grow();
    }
  }

  long get(long pair) {
    return counts[slot(pair)];
  }

  /// Where the pair stands, or where it would go.
  private int slot(long pair) {
    long mixed = pair * 0x9E3779B97F4A7C15L;
    int slot = (int) (mixed >>> 32) & (pairs.length - 1);
    while (pairs[slot] != pair && pairs[slot] != EMPTY) {
      slot = (slot + 1) & (pairs.length - 1);
    }
    return slot;
  }

  private void grow() {
    long[] oldPairs = pairs;
    long[] oldCounts = counts;
    pairs = new long[oldPairs.length * 2];
    counts = new long[pairs.length];
    Arrays.fill(pairs, EMPTY);
    for (int i = 0; i < oldPairs.length; i++) {
      if (oldPairs[i] != EMPTY) {
        int slot = slot(oldPairs[i]);
        pairs[slot] = oldPairs[i];
        counts[slot] = oldCounts[i];
      }
    }
  }
}
