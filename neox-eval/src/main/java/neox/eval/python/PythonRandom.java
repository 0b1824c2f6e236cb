package neox.eval.python;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;

/// CPython's `random.Random`: the Mersenne Twister MT19937 of Matsumoto and Nishimura (1998) with
/// CPython's seeding and its ways to draw from it, number for number. Not thread-safe.
public final class PythonRandom {
  private static final int N = 624;
  private static final int M = 397;
  private static final int MATRIX_A = 0x9908b0df;
  private static final double TWO_POW_53 = 9007199254740992.0;

  private final int[] state = new int[N];
  private int next = N;

  public PythonRandom(long seed) {
    this(BigInteger.valueOf(seed));
  }

  /// Seeds as `Random(seed)` does: the 32-bit words of the absolute value, lowest first.
  public PythonRandom(BigInteger seed) {
    BigInteger magnitude = seed.abs();
    int[] key = new int[Math.max(1, Math.ceilDiv(magnitude.bitLength(), Integer.SIZE))];
    for (int i = 0; i < key.length; i++) {
      key[i] = magnitude.shiftRight(Integer.SIZE * i).intValue();
    }
    initialize(key);
  }

  /// `init_by_array` of the reference implementation.
  private void initialize(int[] key) {
    state[0] = 19650218;
    for (int i = 1; i < N; i++) {
      state[i] = 1812433253 * (state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
    int i = 1;
    int j = 0;
    for (int k = Math.max(N, key.length); k > 0; k--) {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1664525)) + key[j] + j;
      i = wrap(i + 1);
      j = (j + 1) % key.length;
    }
    for (int k = N - 1; k > 0; k--) {
      state[i] = (state[i] ^ ((state[i - 1] ^ (state[i - 1] >>> 30)) * 1566083941)) - i;
      i = wrap(i + 1);
    }
    state[0] = 0x80000000;
  }

  private int wrap(int i) {
    if (i < N) {
      return i;
    }
    state[0] = state[N - 1];
    return 1;
  }

  private void twist() {
    for (int k = 0; k < N - M; k++) {
      state[k] = state[k + M] ^ mix(state[k], state[k + 1]);
    }
    for (int k = N - M; k < N - 1; k++) {
      state[k] = state[k + M - N] ^ mix(state[k], state[k + 1]);
    }
    state[N - 1] = state[M - 1] ^ mix(state[N - 1], state[0]);
    next = 0;
  }

  private static int mix(int high, int low) {
    int y = (high & 0x80000000) | (low & 0x7fffffff);
    return (y >>> 1) ^ (-(y & 1) & MATRIX_A);
  }

  /// The next 32 random bits.
  int nextBits() {
    if (next == N) {
      twist();
    }
    int y = state[next++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return y ^ (y >>> 18);
  }

  /// `random()`: uniform in [0, 1) with 53 bits.
  public double random() {
    int high = nextBits() >>> 5;
    int low = nextBits() >>> 6;
    return (high * 67108864.0 + low) / TWO_POW_53;
  }

  /// `randrange(n)` for n ≥ 1: rejects until the drawn bits are below `n`.
  public int below(int n) {
    int shift = Integer.numberOfLeadingZeros(n);
    int drawn = nextBits() >>> shift;
    while (drawn >= n) {
      drawn = nextBits() >>> shift;
    }
    return drawn;
  }

  /// `sample(range(population), count)`: the drawn indices in order.
  public int[] sample(int population, int count) {
    if (count < 0 || count > population) {
      throw new IllegalArgumentException(count + " of " + population);
    }
    return population <= setSize(count)
        ? sampleFromPool(population, count)
        : sampleByRejection(population, count);
  }

  /// Below this population CPython shuffles a list; above it remembers what it has drawn.
  private static long setSize(int count) {
    if (count <= 5) {
      return 21;
    }
    double exponent = Math.ceil(Math.log(count * 3.0) / Math.log(4.0));
    return 21 + Math.round(Math.pow(4, exponent));
  }

  private int[] sampleFromPool(int population, int count) {
    int[] pool = new int[population];
    for (int i = 0; i < population; i++) {
      pool[i] = i;
    }
    int[] drawn = new int[count];
    for (int i = 0; i < count; i++) {
      int j = below(population - i);
      drawn[i] = pool[j];
      pool[j] = pool[population - i - 1];
    }
    return drawn;
  }

  private int[] sampleByRejection(int population, int count) {
    Set<Integer> seen = new HashSet<>();
    int[] drawn = new int[count];
    for (int i = 0; i < count; i++) {
      int j = below(population);
      while (!seen.add(j)) {
        j = below(population);
      }
      drawn[i] = j;
    }
    return drawn;
  }

  /// `choices(xs, k=len(xs))`: fills `out` with draws from `from`, with replacement.
  public void choices(double[] from, double[] out) {
    for (int i = 0; i < out.length; i++) {
      out[i] = from[(int) (random() * from.length)];
    }
  }
}
