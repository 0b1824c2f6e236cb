package neox.data;

import java.util.Arrays;
import java.util.OptionalLong;
import neox.base.UserException;

/// What part each dataset has in a blend, to the last bit as GPT-NeoX computes it (see
/// [RoundedPower] for the one power in a thousand that may differ).
final class BlendWeights {
  private static final double MARGIN = 1.005; // NeoX asks each member for half a percent more

  /// Weights scaled to add up to one, as decides how many samples each dataset is asked for.
  static double[] normalize(double... weights) {
    double sum = FloatSums.inOrder(weights);
    boolean positive = Arrays.stream(weights).allMatch(weight -> weight >= 0);
    if (!(sum > 0) || sum == Double.POSITIVE_INFINITY || !positive) {
      throw UserException.of("blend weights must be positive, found %s", Arrays.toString(weights));
    }
    return divide(weights, sum);
  }

  /// Weights scaled once more, by numpy's rounding of their sum, as decides the order of a blend.
  static double[] shares(double... normalized) {
    return divide(normalized, FloatSums.ofNumpy(normalized));
  }

  private static double[] divide(double[] weights, double sum) {
    return Arrays.stream(weights).map(weight -> weight / sum).toArray();
  }

  /// NeoX's `weight_by_num_documents`. With `q` a dataset's part of all documents, its weight is
  /// proportional to `q^alpha (1 - q)`.
  ///
  /// NeoX compat: the factor `1 - q` gives small datasets the larger weight, which its
  /// documentation does not say; and the weights are normalized twice.
  static double[] ofDocuments(long[] documents, double alpha) {
    if (documents.length == 1) {
      return new double[] {1};
    }
    double total = Arrays.stream(documents).sum();
    double[] parts = Arrays.stream(documents).mapToDouble(n -> n / total).toArray();
    double[] powers = Arrays.stream(parts).map(q -> RoundedPower.of(q, alpha)).toArray();
    double powerSum = FloatSums.inOrder(powers);
    double[] weights = new double[parts.length];
    for (int d = 0; d < weights.length; d++) {
      weights[d] = powers[d] / powerSum * (1 - parts[d]);
    }
    return normalize(normalize(weights));
  }

  /// How many samples a member is asked for when the blend is asked for `samples`; none when that
  /// is asked for none.
  static OptionalLong request(double weight, OptionalLong samples) {
    return samples.isEmpty()
        ? samples
        : OptionalLong.of((long) Math.ceil(samples.getAsLong() * weight * MARGIN));
  }

  private BlendWeights() {}
}
