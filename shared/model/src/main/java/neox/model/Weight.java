package neox.model;

import neox.weights.TensorView;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;

/// The matrix of a projection in the form in which it is multiplied with.
sealed interface Weight permits DenseWeight, Weight.Quantized {
  /// `x Wᵀ + bias`: `[…, in]` to `[…, out]`.
  Tensor forward(Tensor x, TensorOptional bias);

  /// A form that weights are rounded to when they are loaded.
  sealed interface Quantized extends Weight permits Int8Weight, LlmInt8Weight {
    /// Takes the weights `[out, in]`.
    void fill(TensorView weights);
  }
}
