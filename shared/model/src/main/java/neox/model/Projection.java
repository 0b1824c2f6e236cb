package neox.model;

import neox.tensor.ElementType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// `y = x Wᵀ + bias`: `[b, s, in]` to `[b, s, out]`.
final class Projection {
  private final Tensor weight; // [out, in]
  private final TensorOptional bias; // [out]
  private final boolean vectorsFaster;

  private Projection(Tensor weight, TensorOptional bias) {
    this.weight = weight;
    this.bias = bias;
    this.vectorsFaster = ElementType.of(weight) == ScalarType.Float;
  }

  /// The projection `name`, with a bias when the parameter table has one.
  static Projection of(ParameterSet parameters, int layer, String name) {
    return new Projection(
        parameters.get(layer, name + ".weight"), parameters.argument(layer, name + ".bias"));
  }

  Tensor forward(Tensor x) {
    if (vectorsFaster && x.numel() == weight.size(1)) {
      return vector(x.view(-1)).view(1, 1, -1);
    }
    return torch.linear(x, weight, bias);
  }

  /// One token: OpenBLAS multiplies matrix and vector two to three times faster than matrices.
  private Tensor vector(Tensor x) {
    return bias.has_value() ? torch.addmv(bias.get(), weight, x) : torch.mv(weight, x);
  }
}
