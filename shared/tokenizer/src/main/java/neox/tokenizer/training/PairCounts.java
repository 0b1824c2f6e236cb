package neox.tokenizer.training;

import java.util.Arrays;

/// How often each pair of neighbouring tokens occurs: a growing flat hash table.
///
/// Pairs are numbered in the order of their first appearance.
final class PairCounts {
  private static final int EMPTY = -1;

  /// The numbers of pairs, by hash; at most half of the places are taken.
  private int[] slots = new int[1 << 13];

  private long[] pairs = new long[1 << 12];
  private long[] counts = new long[1 << 12];
  private int size;

  PairCounts() {
    Arrays.fill(slots, EMPTY);
  }

  static long pair(int left, int right) {
    return ((long) left << 32) | right;
  }

  /// Adds to the count of a pair and returns the number of the pair.
  int add(long pair, long change) {
    int slot = hash(pair);
    while (slots[slot] != EMPTY && pairs[slots[slot]] != pair) {
      slot = (slot + 1) & (slots.length - 1);
    }
    int number = slots[slot] == EMPTY ? append(pair, slot) : slots[slot];
    counts[number] += change;
    return number;
  }

  long pair(int number) {
    return pairs[number];
  }

  long count(int number) {
    return counts[number];
  }

  private int append(long pair, int slot) {
    int number = size++;
    slots[slot] = number;
    pairs[number] = pair;
    if (size == pairs.length) {
      pairs = Arrays.copyOf(pairs, size * 2);
      counts = Arrays.copyOf(counts, size * 2);
      rehash();
    }
    return number;
  }

  private void rehash() {
    slots = new int[slots.length * 2];
    Arrays.fill(slots, EMPTY);
    for (int number = 0; number < size; number++) {
      int slot = hash(pairs[number]);
      while (slots[slot] != EMPTY) {
        slot = (slot + 1) & (slots.length - 1);
      }
      slots[slot] = number;
    }
  }

  private int hash(long pair) {
    return (int) ((pair * 0x9E3779B97F4A7C15L) >>> 32) & (slots.length - 1);
  }
}
