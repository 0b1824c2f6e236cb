package neox.data;

import neox.base.UserException;

/// `numpy.random.RandomState(seed)`: the Mersenne Twister (MT19937) and numpy's frozen `shuffle`,
/// bit for bit. The order of NeoX's training samples depends on nothing else.
final class NumpyRandom {
  private static final int N = 624;
  private static final int M = 397;
  private static final long MAX_SEED = 0xffffffffL;

  private final int[] state = new int[N];
  private int next = N;

  NumpyRandom(long seed) {
    if (seed < 0 || seed > MAX_SEED) {
      throw UserException.of("seed must be between 0 and %d, found %d", MAX_SEED, seed);
    }
    state[0] = (int) seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
  }

  /// The next 32 random bits.
  int nextInt() {
    if (next == N) {
      twist();
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  private void twist() {
    for (int i = 0; i < N; i++) {
      int y = (state[i] & 0x80000000) | (state[(i + 1) % N] & 0x7fffffff);
      state[i] = state[(i + M) % N] ^ (y >>> 1) ^ ((y & 1) == 0 ? 0 : 0x9908b0df);
    }
    next = 0;
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
        value = Integer.toUnsignedLong(nextInt()) & mask;
      } while (value > max);
      return value;
    }
    do {
      long high = Integer.toUnsignedLong(nextInt());
      value = (high << 32 | Integer.toUnsignedLong(nextInt())) & mask;
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
