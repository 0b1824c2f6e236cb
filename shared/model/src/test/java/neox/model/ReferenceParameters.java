package neox.model;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import neox.config.model.Norm;
import neox.tensor.TensorData;

/// The weights of a [ReferenceNetwork] in double precision, and what is computed with one of them.
final class ReferenceParameters {
  private final Norm norm;
  private final Map<String, double[]> weights = new HashMap<>();

  ReferenceParameters(Network network) {
    this.norm = network.spec().config().norm();
    for (Parameter parameter : network.parameters()) {
      float[] values = TensorData.floats(parameter.value());
      double[] wide = new double[values.length];
      for (int i = 0; i < wide.length; i++) {
        wide[i] = values[i];
      }
      parameter.spec().homes().forEach(home -> weights.put(home.key(), wide));
    }
  }

  double[] norm(String name, double[] x) {
    return norm(name, x, 0);
  }

  /// @param from where in the norm's scale the entries of `x` begin
  double[] norm(String name, double[] x, int from) {
    double mean = Arrays.stream(x).sum() / x.length;
    double square = ReferenceFormulas.dot(x, x) / x.length;
    double variance = square - mean * mean;
    double[] y = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      y[i] =
          switch (norm) {
            case Norm.LayerNorm(double eps) ->
                (x[i] - mean) / Math.sqrt(variance + eps) * get(name + ".weight")[from + i]
                    + get(name + ".bias")[from + i];
            case Norm.NonParametricLayerNorm(double eps) ->
                (x[i] - mean) / Math.sqrt(variance + eps);
            case Norm.RmsNorm(double eps) ->
                x[i] / Math.sqrt(square + eps) * get(name + ".scale")[from + i];
            case Norm.ScaleNorm(double eps) ->
                x[i] / Math.max(Math.sqrt(ReferenceFormulas.dot(x, x)), eps) * get(name + ".g")[0];
          };
    }
    return y;
  }

  double[] linear(String name, double[] x) {
    return linear(name + ".weight", x, name + ".bias");
  }

  double[] linear(String weight, double[] x, String addition) {
    double[] matrix = get(weight);
    Optional<double[]> bias = Optional.ofNullable(weights.get(addition));
    double[] y = new double[matrix.length / x.length];
    for (int row = 0; row < y.length; row++) {
      y[row] = bias.isPresent() ? bias.get()[row] : 0;
      for (int i = 0; i < x.length; i++) {
        y[row] += matrix[row * x.length + i] * x[i];
      }
    }
    return y;
  }

  double[] get(String key) {
    return Objects.requireNonNull(weights.get(key), key);
  }
}
