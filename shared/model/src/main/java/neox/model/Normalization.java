package neox.model;

import neox.config.ModelConfig;
import neox.tensor.ElementType;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A normalization layer over the last dim, of size h: `[…, h]` to `[…, h]`.
interface Normalization {
  Tensor forward(Tensor x);

  /// The norm that the configuration asks for, with its parameters.
  static Normalization of(ModelConfig config, ParameterSet parameters, int layer, String name) {
    long[] hidden = {config.hiddenSize()};
    double eps = config.normEpsilon();
    return switch (config.norm()) {
      case LAYERNORM, NON_PARAMETRIC_LAYERNORM -> { // arXiv:1607.06450
        TensorOptional weight = parameters.argument(layer, name + ".weight");
        TensorOptional bias = parameters.argument(layer, name + ".bias");
        yield x -> torch.layer_norm(x, hidden, weight, bias, eps, false);
      }
      case RMSNORM -> rms(parameters.get(layer, name + ".scale"), eps);
      case SCALENORM -> scale(parameters.get(layer, name + ".g"), eps);
    };
  }

  /// `x / √(mean(x²) + eps) · scale`, in float32 (arXiv:1910.07467 eq. 4).
  private static Normalization rms(Tensor scale, double eps) {
    return x -> {
      Tensor wide = ElementType.of(x) == ScalarType.Double ? x : x.to(ScalarType.Float);
      Tensor meanSquare =
          wide.pow(new Scalar(2)).mean(new long[] {-1}, true, new ScalarTypeOptional());
      Tensor normalized = wide.mul(meanSquare.add(new Scalar(eps)).rsqrt());
      return normalized.mul(scale).to(ElementType.of(x));
    };
  }

  /// `x / max(‖x‖, eps) · g` (arXiv:1910.05895 eq. 5).
  private static Normalization scale(Tensor g, double eps) {
    return x -> {
      Tensor square = x.pow(new Scalar(2)).sum(new long[] {-1}, true, new ScalarTypeOptional());
      return x.div(square.sqrt().clamp_min(new Scalar(eps))).mul(g);
    };
  }
}
