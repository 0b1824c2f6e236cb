package neox.data;

import java.util.Arrays;
import java.util.OptionalLong;
import neox.base.UserException;

/// What part each dataset has in a blend.
final class BlendWeights {
  private static final double MARGIN = 1.005; // NeoX asks each member for half a percent more

  /// Weights scaled to add up to one.
  static double[] normalize(double... weights) {
    double sum = Arrays.stream(weights).sum();
    if (!(sum > 0) || Arrays.stream(weights).anyMatch(weight -> !(weight >= 0))) {
      throw UserException.of("blend weights must be positive, found %s", Arrays.toString(weights));
    }
    return Arrays.stream(weights).map(weight -> weight / sum).toArray();
  }

  /// NeoX's `weight_by_num_documents`. With `q` a dataset's part of all documents, its weight is
  /// proportional to `q^alpha (1 - q)`.
  ///
  /// NeoX compat: the factor `1 - q` gives small datasets the larger weight, which its
  /// documentation does not say.
  static double[] ofDocuments(long[] documents, double alpha) {
    if (documents.length == 1) {
      return new double[] {1};
    }
    double total = Arrays.stream(documents).sum();
    double[] parts = Arrays.stream(documents).mapToDouble(n -> n / total).toArray();
    double[] powers = Arrays.stream(parts).map(q -> Math.pow(q, alpha)).toArray();
    double powerSum = Arrays.stream(powers).sum();
    double[] weights = new double[parts.length];
    for (int d = 0; d < weights.length; d++) {
      weights[d] = powers[d] / powerSum * (1 - parts[d]);
    }
    return normalize(weights);
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
