package neox.weights;

import java.lang.foreign.MemorySegment;
import java.util.function.LongUnaryOperator;

/// The two orders of a projection's rows for rotary positions (arXiv:2104.09864 eq. 34). Within a
/// head of d rows, dims i and i + d/2 turn together in *halves* (NeoX, Hugging Face, OLMo-core);
/// dims 2i and 2i + 1 do when *interleaved* (Meta's Llama, torchtitan, llama.cpp).
public final class RotaryRows {
  /// Row in halves → the interleaved row with the same numbers.
  public static LongUnaryOperator fromInterleaved(int headDim) {
    int half = headDim / 2;
    return row -> {
      long dim = row % headDim;
      return row - dim + dim % half * 2 + dim / half;
    };
  }

  /// Interleaved row → the row in halves with the same numbers.
  public static LongUnaryOperator fromHalves(int headDim) {
    int half = headDim / 2;
    return row -> {
      long dim = row % headDim;
      return row - dim + dim % 2 * half + dim / 2;
    };
  }

  /// New memory whose row r is row `source(r)` of `view`.
  public static TensorView reorder(TensorView view, LongUnaryOperator source) {
    long rows = view.shape().size(0);
    long rowBytes = view.bytes().byteSize() / rows;
    MemorySegment reordered = Floats.allocate(DType.UINT8, view.bytes().byteSize());
    for (long row = 0; row < rows; row++) {
      long from = source.applyAsLong(row) * rowBytes;
      MemorySegment.copy(view.bytes(), from, reordered, row * rowBytes, rowBytes);
    }
    return new TensorView(view.dtype(), view.shape(), reordered);
  }

  private RotaryRows() {}
}
