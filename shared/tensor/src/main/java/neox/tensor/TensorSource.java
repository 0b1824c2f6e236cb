package neox.tensor;

import org.bytedeco.pytorch.Tensor;

/// Where the numbers of a tensor are read from.
@FunctionalInterface
public interface TensorSource {
  /// A tensor of the same type and sizes in main memory. It lives as long as the source does.
  Tensor of(Tensor tensor);

  /// The tensors themselves.
  static TensorSource live() {
    return tensor -> tensor;
  }
}
