package neox.data;

import neox.base.UserException;
import neox.python.MersenneTwister;

/// `numpy.random.RandomState(seed)`: the Mersenne Twister and numpy's frozen `shuffle`, bit for
/// bit. The order of NeoX's training samples depends on nothing else.
final class NumpyRandom {
  private static final long MAX_SEED = 0xffffffffL;
  private static final int BLOCK = 256;
  private static final int REPORTED_MASK = (1 << 12) - 1;

  private final MersenneTwister twister;

  NumpyRandom(long seed) {
    if (seed < 0 || seed > MAX_SEED) {
      throw UserException.of("seed must be between 0 and %d, found %d", MAX_SEED, seed);
    }
    this.twister = MersenneTwister.ofSeed((int) seed);
  }

  /// A number from 0 to `max` (inclusive), by masked rejection.
  long interval(long max) {
    if (max == 0) {
      return 0;
    }
    long mask = -1L >>> Long.numberOfLeadingZeros(max);
    long value;
    if (max <= 0xffffffffL) {
      do {
        value = Integer.toUnsignedLong(twister.nextInt()) & mask;
      } while (value > max);
      return value;
    }
    do {
      long high = Integer.toUnsignedLong(twister.nextInt());
      value = (high << 32 | Integer.toUnsignedLong(twister.nextInt())) & mask;
    } while (value > max);
    return value;
  }

  /// Fisher–Yates from the end, in place.
  void shuffle(IntegerArray values) {
    shuffle(values, BuildProgress.silent(), "");
  }

  /// The same; `progress` is told how many elements of `stage` are done.
  ///
  /// The numbers are drawn a block ahead of the swaps, which jump about in memory: the processor
  /// then waits for several of them at once.
  void shuffle(IntegerArray values, BuildProgress progress, String stage) {
    long[] partners = new long[BLOCK];
    long last = values.length() - 1;
    long blocks = 0;
    for (long i = last; i > 0; ) {
      int size = (int) Math.min(BLOCK, i);
      for (int k = 0; k < size; k++) {
        partners[k] = interval(i - k);
      }
      values.swapDown(i, partners, size);
      i -= size;
      if ((++blocks & REPORTED_MASK) == 0) {
        progress.at("shuffling " + stage, last - i, last);
      }
    }
  }

  /// Draws what [#shuffle] of `length` elements draws.
  void skipShuffle(long length) {
    for (long i = length - 1; i > 0; i--) {
      interval(i);
    }
  }
}
