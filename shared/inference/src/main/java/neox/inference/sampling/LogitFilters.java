package neox.inference.sampling;

/// What is computed of the logits `[V]` of one token; -∞ stands for a token that is left out.
public final class LogitFilters {
  private static final double LN_2 = Math.log(2);
  private static final double LOG2_E = 1 / LN_2;

  // 1 / i!
  private static final double C2 = 1 / 2.0;
  private static final double C3 = 1 / 6.0;
  private static final double C4 = 1 / 24.0;
  private static final double C5 = 1 / 120.0;
  private static final double C6 = 1 / 720.0;
  private static final double C7 = 1 / 5040.0;
  private static final double C8 = 1 / 40320.0;

  /// The first of the likeliest tokens.
  static int likeliest(float[] logits) {
    int best = 0;
    for (int i = 1; i < logits.length; i++) {
      if (logits[i] > logits[best]) {
        best = i;
      }
    }
    requireNumber(logits[best]);
    return best;
  }

  static float max(float[] logits) {
    float max = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    requireNumber(max);
    return max;
  }

  /// [NotANumberException] unless the largest of a token's logits is a number.
  public static void requireNumber(float max) {
    if (Float.isNaN(max) || Float.isInfinite(max)) {
      throw new NotANumberException(max);
    }
  }

  /// Leaves out what is less than `least`.
  static void keepFrom(float least, float[] logits) {
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] < least) {
        logits[i] = Float.NEGATIVE_INFINITY;
      }
    }
  }

  /// log Σ exp(logit).
  static double logNormalizer(float[] logits) {
    float max = max(logits);
    return max + Math.log(total(logits, max));
  }

  /// Σ exp(logit - max).
  private static double total(float[] logits, float max) {
    double sum = 0;
    for (float logit : logits) {
      sum += weight(logit, max);
    }
    return sum;
  }

  private static double weight(float logit, float max) {
    return exp((double) logit - max);
  }

  /// e^x for x up to 0, to 10⁻⁹ of itself and faster than the exact function, which would be most
  /// of the time that a draw takes: 2ⁿ · e^r, e^r by the first terms of its series.
  static double exp(double x) {
    if (x < -700) {
      return 0;
    }
    double n = Math.rint(x * LOG2_E);
    double r = x - n * LN_2;
    double series =
        1 + r * (1 + r * (C2 + r * (C3 + r * (C4 + r * (C5 + r * (C6 + r * (C7 + r * C8)))))));
    return series * Double.longBitsToDouble(((long) n + Double.MAX_EXPONENT) << 52);
  }

  /// Keeps the likeliest tokens until their probability exceeds `p`, of equals the first.
  static void keepNucleus(double p, float[] logits) {
    float max = max(logits);
    double total = total(logits, max);
    // All tokens below this bound together are less likely than what may be left out.
    double bound = max + Math.log((1 - p) * total / logits.length);
    long[] sorted = Largest.sorted(logits, Math.nextDown((float) bound));
    double reached = 0;
    int kept = 0;
    while (kept < sorted.length && reached <= p * total) {
      reached += weight(logits[(int) sorted[kept++]], max);
    }
    float least = logits[(int) sorted[kept - 1]];
    keepFrom(least, logits);
    for (int i = kept; i < sorted.length && logits[(int) sorted[i]] == least; i++) {
      logits[(int) sorted[i]] = Float.NEGATIVE_INFINITY;
    }
  }

  /// The token whose share of the probability, in the order of the vocabulary, holds `uniform`.
  static int draw(float[] logits, double uniform) {
    float max = max(logits);
    double target = uniform * total(logits, max);
    double reached = 0;
    int last = -1;
    for (int i = 0; i < logits.length; i++) {
      if (logits[i] != Float.NEGATIVE_INFINITY) {
        reached += weight(logits[i], max);
        last = i;
        if (reached > target) {
          return i;
        }
      }
    }
    return last; // where the sum is rounded
  }

  private LogitFilters() {}
}
