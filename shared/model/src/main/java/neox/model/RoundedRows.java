package neox.model;

import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.weights.TensorView;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Rows of a matrix as whole numbers: `round(127 W[r] / m[r])` with `m[r] = max |W[r]|`, of two
/// equally near the even one.
///
/// @param numbers `[out, in]` int8
/// @param magnitudes m, `[out]` float32
record RoundedRows(Tensor numbers, Tensor magnitudes) {
  static final double MOST = 127;

  static RoundedRows allocate(Placement placement, long[] sizes, Owner owner) {
    return new RoundedRows(
        owner.keep(placement.as(ScalarType.Char).zeros(sizes)),
        owner.keep(placement.as(ScalarType.Float).zeros(sizes[0])));
  }

  /// Takes weights, which are rounded to `type` first.
  void fill(TensorView weights, ScalarType type) {
    try (NoGradGuard _ = new NoGradGuard();
        StoredTensor stored = StoredTensor.of(weights)) {
      long atOnce = RowParts.rowsAtOnce(numbers);
      for (long from = 0; from < numbers.size(0); from += atOnce) {
        try (var _ = Scope.open()) {
          long count = Math.min(atOnce, numbers.size(0) - from);
          Tensor w = // [count, in]
              stored
                  .tensor()
                  .narrow(0, from, count)
                  .to(type)
                  .to(numbers.device(), ScalarType.Float);
          Tensor most = w.abs().amax(new long[] {1}, true); // [count, 1]
          Tensor divisor = most.masked_fill(most.eq(new Scalar(0)), new Scalar(1));
          numbers.narrow(0, from, count).copy_(w.mul(new Scalar(MOST)).div(divisor).round());
          magnitudes.narrow(0, from, count).copy_(most.squeeze(1));
        }
      }
    }
  }

  /// Makes scales of the magnitudes: what a number of 1 stands for.
  void divideMagnitudes() {
    try (NoGradGuard _ = new NoGradGuard();
        var _ = Scope.open()) {
      magnitudes.div_(new Scalar(MOST));
    }
  }
}
