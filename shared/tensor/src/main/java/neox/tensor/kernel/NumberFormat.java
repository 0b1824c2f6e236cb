package neox.tensor.kernel;

import java.util.Optional;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// How numbers lie in memory.
enum NumberFormat {
  FLOAT32(Float.BYTES),
  BFLOAT16(Short.BYTES),
  FLOAT16(Short.BYTES),
  /// Whole numbers, which a scale for each row makes into weights.
  INT8(Byte.BYTES);

  private final int bytes;

  NumberFormat(int bytes) {
    this.bytes = bytes;
  }

  /// That of tensors of a type, if the kernels know it.
  static Optional<NumberFormat> of(ScalarType type) {
    return switch (type) {
      case Float -> Optional.of(FLOAT32);
      case BFloat16 -> Optional.of(BFLOAT16);
      case Half -> Optional.of(FLOAT16);
      case Char -> Optional.of(INT8);
      default -> Optional.empty();
    };
  }

  /// Of one number.
  int bytes() {
    return bytes;
  }
}
