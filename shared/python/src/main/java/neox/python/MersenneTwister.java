package neox.python;

/// The Mersenne Twister MT19937 (Matsumoto and Nishimura 1998): the 32-bit words that numpy's and
/// CPython's generators draw from. Mutable, not thread-safe.
public final class MersenneTwister {
  private static final int N = 624;
  private static final int M = 397;
  private static final int MATRIX = 0x9908b0df;
  private static final int KEYED_SEED = 19650218;

  private final int[] state = new int[N];
  private int next = N;

  private MersenneTwister(int seed) {
    state[0] = seed;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * scrambled(i - 1) + i;
    }
  }

  /// Seeded by one word: `init_genrand` of the reference implementation.
  public static MersenneTwister ofSeed(int seed) {
    return new MersenneTwister(seed);
  }

  /// Seeded by at least one word: `init_by_array` of the reference implementation.
  public static MersenneTwister ofKey(int... key) {
    MersenneTwister twister = new MersenneTwister(KEYED_SEED);
    twister.mixIn(key);
    return twister;
  }

  private void mixIn(int[] key) {
    int i = 1;
    int j = 0;
    for (int k = Math.max(N, key.length); k > 0; k--) {
      state[i] = (state[i] ^ (scrambled(i - 1) * 1664525)) + key[j] + j;
      i = wrap(i + 1);
      j = (j + 1) % key.length;
    }
    for (int k = N - 1; k > 0; k--) {
      state[i] = (state[i] ^ (scrambled(i - 1) * 1566083941)) - i;
      i = wrap(i + 1);
    }
    state[0] = 0x80000000;
  }

  private int scrambled(int i) {
    return state[i] ^ (state[i] >>> 30);
  }

  private int wrap(int i) {
    if (i < N) {
      return i;
    }
    state[0] = state[N - 1];
    return 1;
  }

  /// The next 32 random bits.
  public int nextInt() {
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
    for (int k = 0; k < N - M; k++) {
      state[k] = state[k + M] ^ mixed(state[k], state[k + 1]);
    }
    for (int k = N - M; k < N - 1; k++) {
      state[k] = state[k + M - N] ^ mixed(state[k], state[k + 1]);
    }
    state[N - 1] = state[M - 1] ^ mixed(state[N - 1], state[0]);
    next = 0;
  }

  private static int mixed(int high, int low) {
    int y = (high & 0x80000000) | (low & 0x7fffffff);
    return (y >>> 1) ^ (-(y & 1) & MATRIX);
  }
}
