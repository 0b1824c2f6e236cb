package neox.converthf.tools;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import neox.base.UserException;

/// How much each of several checkpoints counts, oldest first; the weights add up to 1.
sealed interface AverageWeights {
  /// The weights of so many checkpoints.
  double[] of(int count);

  /// All alike. Of checkpoints in equal distances, that is what a rate would have come to that
  /// falls linearly over them (arXiv:2507.17634).
  record Uniform() implements AverageWeights {
    @Override
    public double[] of(int count) {
      return normalized(IntStream.range(0, count).mapToDouble(_ -> 1).toArray());
    }
  }

  /// 1, 2, 3 and so on: the latest counts most (WMA, arXiv:2505.12082).
  record Linear() implements AverageWeights {
    @Override
    public double[] of(int count) {
      return normalized(IntStream.range(0, count).mapToDouble(i -> i + 1.0).toArray());
    }
  }

  /// average = decay · average + (1 - decay) · next, beginning with the oldest.
  record Exponential(double decay) implements AverageWeights {
    @Override
    public double[] of(int count) {
      double[] weights = new double[count];
      for (int i = 0; i < count; i++) {
        weights[i] = Math.pow(decay, count - 1 - i) * (i == 0 ? 1 : 1 - decay);
      }
      return weights;
    }
  }

  /// As they are given, in proportion.
  record Given(List<Double> weights) implements AverageWeights {
    public Given {
      weights = List.copyOf(weights);
      double sum = weights.stream().mapToDouble(Double::doubleValue).sum();
      if (!Double.isFinite(sum) || sum <= 0) {
        throw UserException.of("--weights %s: expected numbers whose sum is above 0", weights);
      }
    }

    @Override
    public double[] of(int count) {
      if (weights.size() != count) {
        throw UserException.of(
            "--weights: expected one for each of %d checkpoints, found %d", count, weights.size());
      }
      return normalized(weights.stream().mapToDouble(Double::doubleValue).toArray());
    }
  }

  private static double[] normalized(double[] weights) {
    double sum = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(weight -> weight / sum).toArray();
  }
}
