package neox.model;

import neox.weights.TensorView;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/// The matrix of a projection in the form in which it is multiplied with.
sealed interface Weight permits DenseWeight, Weight.Loaded {
  /// `x Wᵀ + bias`: `[…, in]` to `[…, out]`.
  Tensor forward(Tensor x, TensorOptional bias);

  /// The same for 64 rows or more, each of whose results depends on the row alone where that is
  /// possible, see [ConstantProducts].
  default Tensor constant(Tensor x, TensorOptional bias) {
    return forward(x, bias);
  }

  /// A form that is made of stored weights, for inference, and holds no parameter of the network.
  sealed interface Loaded extends Weight permits StoredWeight, Int8Weight, LlmInt8Weight {
    /// Takes the weights `[out, in]`.
    void fill(TensorView weights);
  }
}
