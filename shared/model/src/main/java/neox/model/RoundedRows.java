package neox.model;

import java.util.ArrayList;
import java.util.List;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import neox.weights.TensorView;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Rows of a matrix as whole numbers: `round(127 W[r] / m[r])` with `m[r] = max |W[r]|`, of two
/// equally near the even one.
///
/// @param numbers `[out, in]` int8
/// @param magnitudes m, `[out]` float32
record RoundedRows(Tensor numbers, Tensor magnitudes) {
  static final double MOST = 127;

  /// Weights that are handled at once.
  private static final long AT_ONCE = 1 << 20;

  static RoundedRows allocate(Placement placement, long[] sizes, Owner owner) {
    return new RoundedRows(
        owner.keep(placement.as(ScalarType.Char).zeros(sizes)),
        owner.keep(placement.as(ScalarType.Float).zeros(sizes[0])));
  }

  /// What is done with `count` rows from `from` on.
  @FunctionalInterface
  interface OfRows {
    Tensor of(long from, long count);
  }

  /// What is computed of the rows, a part of them at a time, along the last dim.
  static Tensor eachPart(Tensor numbers, OfRows body) {
    long rows = numbers.size(0);
    long atOnce = rowsAtOnce(numbers);
    if (rows <= atOnce) {
      return body.of(0, rows);
    }
    List<Tensor> parts = new ArrayList<>();
    for (long from = 0; from < rows; from += atOnce) {
      long first = from;
      parts.add(Scope.run(() -> body.of(first, Math.min(atOnce, rows - first))));
    }
    return torch.cat(new TensorVector(parts.toArray(Tensor[]::new)), -1);
  }

  private static long rowsAtOnce(Tensor numbers) {
    return Math.max(1, AT_ONCE / numbers.size(1));
  }

  /// Takes weights, which are rounded to `type` first.
  void fill(TensorView weights, ScalarType type) {
    try (NoGradGuard _ = new NoGradGuard();
        StoredTensor stored = StoredTensor.of(weights)) {
      long atOnce = rowsAtOnce(numbers);
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
          numbers
              .narrow(0, from, count)
              .copy_(w.mul(new Scalar(MOST)).div(divisor).round());
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
