package neox.inference.sampling;

/// The random numbers of one sample: each is a pure function of a key and of its number in the
/// stream (SplitMix64, OOPSLA 2014, counted instead of stepped), so that a sample depends on
/// neither the texts that are continued beside it nor the order of requests.
///
/// @param key of the stream
public record RandomStream(long key) {
  /// 2⁶⁴ / φ: multiples of it are far from each other.
  private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  /// The stream of a path of numbers, such as a seed, a row and a sample.
  public static RandomStream of(long... path) {
    return new RandomStream(key(path));
  }

  /// A seed for a path of numbers, such as the seed of a run and a row of its input.
  public static long key(long... path) {
    long key = 0;
    for (long part : path) {
      key = mix(key + GOLDEN_RATIO) ^ part;
    }
    return mix(key);
  }

  /// A number from 0 to below 1.
  ///
  /// @param number in the stream, from 0
  public double uniform(long number) {
    return (mix(key + (number + 1) * GOLDEN_RATIO) >>> 11) * 0x1p-53;
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }
}
