package neox.weights.gguf;

import java.util.Locale;
import neox.base.UserException;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.NamedTensor;
import neox.weights.Shape;

/// A tensor that is about to be written.
///
/// @param shape outermost first
/// @param type of its elements
/// @param stored its bytes as ggml stores them
record GgufTensor(String name, Shape shape, GgmlType type, LazyTensor stored) {
  /// Numbers as that type; [UserException] when their turn comes, where it cannot hold them.
  static GgufTensor of(String name, LazyTensor numbers, GgmlType type) {
    return new GgufTensor(name, numbers.shape(), type, encoded(name, numbers, type));
  }

  private static LazyTensor encoded(String name, LazyTensor numbers, GgmlType type) {
    return switch (type) {
      case F32 -> numbers.to(DType.FLOAT32, value -> tooLarge(name, value, type));
      case F16 -> numbers.to(DType.FLOAT16, value -> tooLarge(name, value, type));
      case BF16 -> numbers.to(DType.BFLOAT16, value -> tooLarge(name, value, type));
      case Q8_0 -> {
        LazyTensor floats = numbers.to(DType.FLOAT32, value -> tooLarge(name, value, type));
        Q8Blocks blocks = new Q8Blocks(floats.bytes(), name);
        yield new LazyTensor(DType.UINT8, Shape.of(blocks.byteSize()), blocks);
      }
    };
  }

  private static void tooLarge(String name, double value, GgmlType type) {
    throw UserException.of(
        "%s holds %s, too large for %s; use --outtype bf16 or f32",
        name, value, type.name().toLowerCase(Locale.ROOT));
  }

  NamedTensor named() {
    return new NamedTensor(name, stored);
  }

  long byteSize() {
    return stored.byteSize();
  }
}
