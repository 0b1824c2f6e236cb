package neox.train.optimizer;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import neox.model.Parameter;
import neox.parallel.Ranks;
import neox.tensor.FusedOps;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.TensorVector;

/// Norms of the whole network's gradients that do not depend on which rank holds what: every sum in
/// them is exact (see [ExactSquares]).
record ExactNorms(Holdings holdings) {
  /// All ranks call this together.
  ///
  /// @param parameters of this rank that are trained
  /// @param gradients theirs, or what this rank has of them
  GradientNorms of(List<Parameter> parameters, TensorVector gradients) {
    List<ParameterSpec> network =
        holdings.network().stream().filter(ParameterSpec::trainable).toList();
    Map<String, Integer> places = new HashMap<>();
    network.forEach(spec -> places.put(spec.key(), places.size()));
    double[] largest = new double[network.size()];
    float[] mine = FusedOps.magnitudes(gradients);
    for (int i = 0; i < mine.length; i++) {
      largest[place(places, parameters.get(i))] = finiteOrInfinite(mine[i]);
    }
    largest = Sums.max(ranks().tensor(), Sums.max(ranks().pipe(), largest));
    double[] parts = new double[2 * network.size()];
    for (int i = 0; i < mine.length; i++) {
      ParameterSpec spec = parameters.get(i).spec();
      int at = place(places, parameters.get(i));
      if (holdings.isCountedHere(spec) && isOrdinary(largest[at])) {
        ExactSquares squares = ExactSquares.of(spec.shape().count(), largest[at]);
        ExactSquares.Sum sum = squares.of(gradients.get(i));
        parts[2 * at] = sum.coarse();
        parts[2 * at + 1] = sum.fine();
      }
    }
    parts = Sums.over(ranks().tensor(), Sums.over(ranks().pipe(), parts));
    Map<String, Double> norms = new LinkedHashMap<>();
    for (int i = 0; i < network.size(); i++) {
      double square = new ExactSquares.Sum(parts[2 * i], parts[2 * i + 1]).value();
      norms.put(network.get(i).key(), isOrdinary(largest[i]) ? Math.sqrt(square) : largest[i]);
    }
    return new GradientNorms(norms);
  }

  private static int place(Map<String, Integer> places, Parameter parameter) {
    return Objects.requireNonNull(places.get(parameter.spec().key()), parameter.spec().key());
  }

  private Ranks ranks() {
    return holdings.ranks();
  }

  /// Ranks that compare with NaN need not agree.
  private static double finiteOrInfinite(float magnitude) {
    return Float.isFinite(magnitude) ? magnitude : Double.POSITIVE_INFINITY;
  }

  private static boolean isOrdinary(double largest) {
    return largest > 0 && Double.isFinite(largest);
  }
}
