package neox.model;

/// Seeds of generators that have nothing to do with each other.
final class Seeds {
  /// 2⁶⁴ / φ: multiples of it are far from each other.
  static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;

  /// The finalizer of SplitMix64: neighbouring seeds give unrelated generators.
  static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    long b = (a ^ (a >>> 27)) * 0x94D049BB133111EBL;
    return b ^ (b >>> 31);
  }

  /// A number for a name, FNV-1a.
  static long of(String name) {
    long hash = 0xCBF29CE484222325L;
    for (int i = 0; i < name.length(); i++) {
      hash = (hash ^ name.charAt(i)) * 0x100000001B3L;
    }
    return hash;
  }

  private Seeds() {}
}
