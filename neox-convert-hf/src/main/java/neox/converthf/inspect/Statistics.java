package neox.converthf.inspect;

import java.lang.foreign.MemorySegment;
import neox.weights.DType;

/// What the numbers of one tensor amount to, counted piece by piece. Mutable.
final class Statistics {
  private final DType dtype;
  private final double[] block = new double[Elements.BLOCK];
  private double squares;
  private double magnitude;
  private long nan;
  private long infinite;

  Statistics(DType dtype) {
    this.dtype = dtype;
  }

  /// Counts the numbers that come next.
  void update(MemorySegment piece) {
    long total = piece.byteSize() / dtype.bytes();
    for (long from = 0; from < total; from += block.length) {
      add(Elements.read(dtype, piece, from, block));
    }
  }

  private void add(int count) {
    double sum = 0;
    double largest = 0;
    for (int i = 0; i < count; i++) {
      double x = Math.abs(block[i]);
      sum += x * x;
      largest = Math.max(largest, x);
    }
    if (Double.isFinite(sum)) {
      squares += sum;
      magnitude = Math.max(magnitude, largest);
    } else {
      addOneByOne(count);
    }
  }

  private void addOneByOne(int count) {
    for (int i = 0; i < count; i++) {
      double x = Math.abs(block[i]);
      if (Double.isNaN(x)) {
        nan++;
      } else if (Double.isInfinite(x)) {
        infinite++;
      } else {
        squares += x * x;
        magnitude = Math.max(magnitude, x);
      }
    }
  }

  /// The square root of the sum of squares of the finite ones.
  double norm() {
    return Math.sqrt(squares);
  }

  /// The magnitude of the largest finite one.
  double magnitude() {
    return magnitude;
  }

  /// How many are not a number.
  long nan() {
    return nan;
  }

  /// How many are infinite.
  long infinite() {
    return infinite;
  }
}
