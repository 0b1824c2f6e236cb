package neox.weights.gguf;

import java.util.function.LongUnaryOperator;
import java.util.function.Supplier;
import neox.weights.DType;
import neox.weights.Shape;
import neox.weights.TensorView;

/// A tensor that is about to be written: some rows of a parameter in some order, as another type.
///
/// @param parameter gives the whole of it when the tensor's turn comes
/// @param row which row of the parameter row i is; [#AS_STORED]: the same, and all are taken
record GgufTensor(
    String name,
    Shape shape,
    GgmlType type,
    Supplier<TensorView> parameter,
    LongUnaryOperator row) {
  static final LongUnaryOperator AS_STORED = row -> row;

  /// Sizes outermost first; a vector's numbers are its rows.
  long rows() {
    return shape.size(0);
  }

  /// Numbers in a row.
  int columns() {
    return Math.toIntExact(shape.count() / rows());
  }

  long byteSize() {
    return type.bytes(shape.count());
  }

  /// Whether the parameter's bytes are the tensor's.
  boolean isCopyOf(TensorView view) {
    boolean sameType =
        switch (type) {
          case F32 -> view.dtype() == DType.FLOAT32;
          case F16 -> view.dtype() == DType.FLOAT16;
          case BF16 -> view.dtype() == DType.BFLOAT16;
          case Q8_0 -> false;
        };
    return sameType && row == AS_STORED;
  }
}
