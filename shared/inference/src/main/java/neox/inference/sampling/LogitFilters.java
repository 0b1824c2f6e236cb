package neox.inference.sampling;

import neox.base.UserException;

/// What is computed of the logits `[V]` of one token; -∞ stands for a token that is left out.
final class LogitFilters {
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

  private static void requireNumber(float max) {
    if (Float.isNaN(max) || Float.isInfinite(max)) {
      throw UserException.of(
          "the model's logits reach %s: expected numbers; try --precision fp32, or another"
              + " checkpoint",
          max);
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
    return logit == Float.NEGATIVE_INFINITY ? 0 : Math.exp((double) logit - max);
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
