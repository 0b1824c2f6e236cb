package neox.model;

import java.util.Arrays;
import java.util.Optional;
import neox.config.model.Norm;
import neox.tensor.ElementType;
import neox.tensor.kernel.RowNorm;
import neox.tensor.kernel.RowNorm.Kind;
import neox.weights.spec.NormSpec;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.ScalarTypeOptional;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A normalization layer: `[…, h]` to `[…, h]`. Layer norms take the last dims together over which
/// their parameters reach, the others the last one alone (NeoX compat).
interface Normalization {
  Tensor forward(Tensor x);

  /// The norm of `spec` with its parameters.
  ///
  /// @param dims the last sizes of what it norms: h, or heads and head dim
  static Normalization of(NormSpec spec, long[] dims, ParameterSet parameters) {
    Normalization libtorch = ofLibtorch(spec, dims, parameters);
    RowNorm own = own(spec, dims, parameters);
    OwnRows rows = parameters.ownRows();
    return x -> rows.take(x, own.width()) ? own.of(x) : libtorch.forward(x);
  }

  private static RowNorm own(NormSpec spec, long[] dims, ParameterSet parameters) {
    Optional<Tensor> scale = spec.scale().map(parameters::get);
    Optional<Tensor> shift = spec.shift().map(parameters::get);
    int last = Math.toIntExact(dims[dims.length - 1]);
    int all = Math.toIntExact(Arrays.stream(dims).reduce(1, Math::multiplyExact));
    return switch (spec.norm()) {
      case Norm.LayerNorm(double eps) -> new RowNorm(Kind.LAYER, all, eps, scale, shift);
      case Norm.NonParametricLayerNorm(double eps) ->
          new RowNorm(Kind.LAYER, all, eps, scale, shift);
      case Norm.RmsNorm(double eps) -> new RowNorm(Kind.RMS, last, eps, scale, shift);
      case Norm.ScaleNorm(double eps) -> new RowNorm(Kind.LENGTH, last, eps, scale, shift);
    };
  }

  private static Normalization ofLibtorch(NormSpec spec, long[] dims, ParameterSet parameters) {
    return switch (spec.norm()) {
      case Norm.LayerNorm(double eps) -> layer(spec, dims, eps, parameters);
      case Norm.NonParametricLayerNorm(double eps) -> layer(spec, dims, eps, parameters);
      case Norm.RmsNorm(double eps) -> rms(parameters.get(spec.scale().orElseThrow()), eps);
      case Norm.ScaleNorm(double eps) -> scale(parameters.get(spec.scale().orElseThrow()), eps);
    };
  }

  /// arXiv:1607.06450.
  private static Normalization layer(
      NormSpec spec, long[] dims, double eps, ParameterSet parameters) {
    TensorOptional weight = parameters.argument(spec.scale());
    TensorOptional bias = parameters.argument(spec.shift());
    return x -> torch.layer_norm(x, dims, weight, bias, eps, false);
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
