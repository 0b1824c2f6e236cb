package neox.python;

import java.math.BigInteger;
import java.util.HashSet;
import java.util.Set;

/// CPython's `random.Random`: the Mersenne Twister with CPython's seeding and its ways to draw from
/// it, number for number. Not thread-safe.
public final class PythonRandom {
  private static final double TWO_POW_53 = 9007199254740992.0;

  private final MersenneTwister twister;

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
    twister = MersenneTwister.ofKey(key);
  }

  /// The next 32 random bits: `getrandbits(32)`.
  int nextBits() {
    return twister.nextInt();
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

  /// `choices(range(population), k=len(out))`: fills `out` with draws, with replacement.
  public void choices(int population, int[] out) {
    for (int i = 0; i < out.length; i++) {
      out[i] = (int) (random() * population);
    }
  }
}
