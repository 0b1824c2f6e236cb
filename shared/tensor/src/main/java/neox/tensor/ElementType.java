package neox.tensor;

import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptions;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The element type of tensors.
public final class ElementType {
  /// The element type of a tensor as one of the enum's constants. (What `scalar_type()` returns is
  /// a fresh object for which `==` and `switch` are always wrong.)
  public static ScalarType of(Tensor tensor) {
    return tensor.scalar_type().intern();
  }

  /// Bytes per element.
  public static long bytes(ScalarType type) {
    return torch.elementSize(type);
  }

  /// Options for creating tensors of this type.
  static TensorOptions options(ScalarType type) {
    return new TensorOptions(type);
  }

  private ElementType() {}
}
