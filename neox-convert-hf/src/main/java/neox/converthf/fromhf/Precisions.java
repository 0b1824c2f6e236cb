package neox.converthf.fromhf;

import neox.base.UserException;
import neox.weights.DType;
import neox.weights.LazyTensor;

/// Weights in another type.
final class Precisions {
  /// The same values as `dtype`; [UserException], once they are read, when one is too large for it.
  static LazyTensor convert(String key, LazyTensor stored, DType dtype) {
    return stored.to(dtype, value -> refuse(key, dtype, value));
  }

  private static void refuse(String key, DType dtype, double value) {
    if (dtype == DType.FLOAT16) {
      throw UserException.of(
          "%s holds %s, too large for fp16 (65504); use --precision bf16 or fp32", key, value);
    }
  }

  private Precisions() {}
}
