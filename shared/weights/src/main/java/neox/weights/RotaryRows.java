package neox.weights;

import java.util.ArrayList;
import java.util.List;
import neox.weights.Woven.Strand;

/// The two orders of a projection's rows for rotary positions (arXiv:2104.09864 eq. 34). Within a
/// head of d rows, dims i and i + d/2 turn together in *halves* (NeoX, Hugging Face, OLMo-core);
/// dims 2i and 2i + 1 do when *interleaved* (Meta's Llama, torchtitan, llama.cpp).
public final class RotaryRows {
  /// Interleaved rows, put into halves. (A bias is a matrix of one column.)
  public static LazyTensor fromInterleaved(LazyTensor interleaved, int headDim) {
    long row = rowBytes(interleaved);
    List<ByteSource> parts = new ArrayList<>();
    for (long head = 0; head < interleaved.byteSize(); head += headDim * row) {
      for (int side = 0; side < 2; side++) {
        Strand strand = new Strand(interleaved.bytes(), head + side * row, row, 2 * row);
        parts.add(new Woven(headDim / 2, List.of(strand)));
      }
    }
    return new LazyTensor(interleaved.dtype(), interleaved.shape(), Woven.concatenated(parts));
  }

  /// Rows in halves, interleaved.
  public static LazyTensor fromHalves(LazyTensor halves, int headDim) {
    long row = rowBytes(halves);
    List<ByteSource> heads = new ArrayList<>();
    for (long head = 0; head < halves.byteSize(); head += headDim * row) {
      List<Strand> sides =
          List.of(
              new Strand(halves.bytes(), head, row, row),
              new Strand(halves.bytes(), head + headDim / 2 * row, row, row));
      heads.add(new Woven(headDim / 2, sides));
    }
    return new LazyTensor(halves.dtype(), halves.shape(), Woven.concatenated(heads));
  }

  private static long rowBytes(LazyTensor tensor) {
    return tensor.byteSize() / tensor.shape().size(0);
  }

  private RotaryRows() {}
}
