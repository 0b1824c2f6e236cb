package neox.train.stability;

import java.util.OptionalDouble;

/// The gradient noise scale (arXiv:1812.06162 app. A.1), in samples: batches much smaller than it
/// average over too little noise, much larger ones over too much data. With the squared norms of
/// the mean gradients of b and of B samples,
///
///     |G|² = (B·g_B - b·g_b) / (B - b)
///     tr Σ = (g_b - g_B) / (1/b - 1/B)
///
/// are estimated anew whenever B samples are complete; the scale is the ratio of their moving
/// averages. (Their correction for the first values cancels.)
///
/// @param signal moving average of |G|²
/// @param noise moving average of tr Σ
/// @param estimates in the averages
public record NoiseScale(double signal, double noise, long estimates) {
  /// Before the first estimate.
  public static final NoiseScale NONE = new NoiseScale(0, 0, 0);

  /// How slowly the averages move, as in GPT-NeoX.
  private static final double BETA = 0.99;

  /// One batch and a larger one.
  ///
  /// @param samples b
  /// @param square g_b
  /// @param largeSamples B
  /// @param largeSquare g_B
  public record Pair(long samples, double square, long largeSamples, double largeSquare) {
    private double signal() {
      return (largeSamples * largeSquare - samples * square) / (largeSamples - samples);
    }

    private double noise() {
      return (square - largeSquare) / (1.0 / samples - 1.0 / largeSamples);
    }
  }

  /// With one more estimate.
  public NoiseScale plus(Pair pair) {
    return new NoiseScale(
        BETA * signal + (1 - BETA) * pair.signal(),
        BETA * noise + (1 - BETA) * pair.noise(),
        estimates + 1);
  }

  /// In samples; none before the first estimate. Negative where noise hides the signal.
  public OptionalDouble value() {
    return estimates == 0 ? OptionalDouble.empty() : OptionalDouble.of(noise / signal);
  }
}
