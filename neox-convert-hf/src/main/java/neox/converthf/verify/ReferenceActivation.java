package neox.converthf.verify;

import java.util.function.DoubleUnaryOperator;
import neox.base.UserException;

/// The activations of transformers (`ACT2FN`).
final class ReferenceActivation {
  private static final double SQRT_2_OVER_PI = Math.sqrt(2 / Math.PI);

  static DoubleUnaryOperator named(String name) {
    return switch (name) {
      case "gelu", "gelu_python" -> x -> x * 0.5 * (1 + erf(x / Math.sqrt(2)));
      case "gelu_new", "gelu_fast", "gelu_pytorch_tanh", "gelu_python_tanh", "gelu_accurate" ->
          x -> 0.5 * x * (1 + Math.tanh(SQRT_2_OVER_PI * x * (1 + 0.044715 * x * x)));
      case "relu" -> x -> Math.max(x, 0);
      case "silu", "swish" -> x -> x / (1 + Math.exp(-x));
      case "mish" -> x -> x * Math.tanh(Math.log1p(Math.exp(x)));
      default -> throw UserException.of("hidden_act %s: cannot be verified", name);
    };
  }

  /// The error function by a series of positive terms, 2/√π e^(-x²) Σ 2ⁿ x²ⁿ⁺¹ / (2n+1)!!; beyond 6
  /// it is ±1 in double precision.
  static double erf(double x) {
    if (Math.abs(x) > 6) {
      return Math.signum(x);
    }
    double term = x;
    double sum = x;
    for (int n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  /// `x` with every number replaced.
  static double[][] map(double[][] x, DoubleUnaryOperator activation) {
    for (double[] row : x) {
      for (int i = 0; i < row.length; i++) {
        row[i] = activation.applyAsDouble(row[i]);
      }
    }
    return x;
  }

  private ReferenceActivation() {}
}
