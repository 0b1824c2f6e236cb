package neox.data.fim;

/// Random numbers that are a pure function of a key (SplitMix64, OOPSLA 2014), so that a run that
/// goes on needs no state of a generator.
final class Draws {
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private long state;

  private Draws(long state) {
    this.state = state;
  }

  static Draws of(long... key) {
    long state = 0;
    for (long part : key) {
      state = mix(state + GOLDEN_GAMMA) ^ part;
    }
    return new Draws(mix(state));
  }

  private static long mix(long z) {
    long a = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    long b = (a ^ (a >>> 27)) * 0x94d049bb133111ebL;
    return b ^ (b >>> 31);
  }

  /// From 0 to below 1.
  double next() {
    state += GOLDEN_GAMMA;
    return (mix(state) >>> 11) * 0x1.0p-53;
  }

  /// From 0 to `most`, each as likely.
  int upTo(int most) {
    return (int) (next() * (most + 1.0));
  }
}
