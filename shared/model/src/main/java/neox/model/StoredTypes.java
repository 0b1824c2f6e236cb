package neox.model;

import neox.tensor.ElementType;
import neox.weights.DType;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// The element types of files and of tensors, in terms of each other.
public final class StoredTypes {
  public static ScalarType toTorch(DType type) {
    return switch (type) {
      case FLOAT64 -> ScalarType.Double;
      case FLOAT32 -> ScalarType.Float;
      case FLOAT16 -> ScalarType.Half;
      case BFLOAT16 -> ScalarType.BFloat16;
      case INT64 -> ScalarType.Long;
      case INT32 -> ScalarType.Int;
      case INT16 -> ScalarType.Short;
      case INT8 -> ScalarType.Char;
      case UINT8 -> ScalarType.Byte;
      case BOOL -> ScalarType.Bool;
    };
  }

  public static DType of(Tensor tensor) {
    ScalarType type = ElementType.of(tensor);
    for (DType candidate : DType.values()) {
      if (toTorch(candidate) == type) {
        return candidate;
      }
    }
    throw new IllegalArgumentException("tensors of type " + type + " cannot be stored");
  }

  /// The sizes of a tensor.
  public static long[] sizes(Tensor tensor) {
    long[] sizes = new long[Math.toIntExact(tensor.dim())];
    for (int dim = 0; dim < sizes.length; dim++) {
      sizes[dim] = tensor.size(dim);
    }
    return sizes;
  }

  private StoredTypes() {}
}
