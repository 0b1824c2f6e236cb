package neox.data;

import neox.base.MersenneTwister;
import neox.base.UserException;

/// `numpy.random.RandomState(seed)`: the Mersenne Twister and numpy's frozen `shuffle`, bit for
/// bit. The order of NeoX's training samples depends on nothing else.
final class NumpyRandom {
  private static final long MAX_SEED = 0xffffffffL;

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
    for (long i = values.length() - 1; i > 0; i--) {
      long j = interval(i);
      long kept = values.get(i);
      values.set(i, values.get(j));
      values.set(j, kept);
    }
  }
}
