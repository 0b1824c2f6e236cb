package neox.tokenizer.vocabulary;

import java.util.Arrays;

/// A flat hash table from two neighbouring tokens to the rank of their merge.
///
/// Pair and rank share one long, so that a lookup touches one cache line. Filled once, then read by
/// all threads.
public final class MergeTable {
  public static final int NONE = Integer.MAX_VALUE;

  /// Bits of a token.
  public static final int TOKEN_BITS = 21;

  /// Tokens must be below this.
  public static final int TOKENS = 1 << TOKEN_BITS;

  /// Ranks must be below this.
  public static final int RANKS = 1 << 22;

  private static final int RANK_BITS = 22;
  private static final long EMPTY = -1;

  private final long[] slots;
  private final int shift;

  /// @param expected how many pairs will be put at most
  public MergeTable(int expected) {
    slots = new long[Integer.highestOneBit(Math.max(8, expected)) * 4];
    Arrays.fill(slots, EMPTY);
    shift = Long.numberOfLeadingZeros(slots.length) + 1;
  }

  /// A later rank of the same pair replaces an earlier one.
  public void put(int left, int right, int rank) {
    long pair = pair(left, right);
    int slot = slot(pair);
    while (slots[slot] != EMPTY && slots[slot] >>> RANK_BITS != pair) {
      slot = (slot + 1) & (slots.length - 1);
    }
    slots[slot] = pair << RANK_BITS | rank;
  }

  /// The rank of the pair, or [#NONE].
  public int get(int left, int right) {
    long pair = pair(left, right);
    int slot = slot(pair);
    while (true) {
      long found = slots[slot];
      if (found >>> RANK_BITS == pair) {
        return (int) found & (RANKS - 1);
      }
      if (found == EMPTY) {
        return NONE;
      }
      slot = (slot + 1) & (slots.length - 1);
    }
  }

  private static long pair(int left, int right) {
    return (long) left << TOKEN_BITS | right;
  }

  private int slot(long pair) {
    return (int) ((pair * 0x9E3779B97F4A7C15L) >>> shift);
  }
}
