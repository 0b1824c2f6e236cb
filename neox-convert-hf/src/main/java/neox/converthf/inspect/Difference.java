package neox.converthf.inspect;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import neox.weights.ByteSource;
import neox.weights.DType;
import neox.weights.LazyTensor;
import neox.weights.Scratch;

/// How two tensors of one shape differ. A NaN equals a NaN, an infinity the same one.
///
/// @param differing how many numbers are not equal
/// @param absolute the largest |a - b|; infinite where one of them alone is finite
/// @param relative the largest |a - b| / max(|a|, |b|)
/// @param cosine of the angle between them, 1 where both are zero
/// @param beyond how many numbers differ by more than is allowed
record Difference(long differing, double absolute, double relative, double cosine, long beyond) {
  private static final Difference NONE = new Difference(0, 0, 0, 1, 0);

  /// Numbers that are in memory at once.
  private static final long PIECE = 1 << 17;

  /// What is allowed: |a - b| ≤ absolute + relative · |b|.
  record Tolerance(double relative, double absolute) {
    boolean allows(double difference, double b) {
      return difference <= absolute + relative * Math.abs(b);
    }
  }

  /// Reads both, a piece at a time.
  static Difference of(LazyTensor a, LazyTensor b, Tolerance tolerance) throws IOException {
    ByteSource left = a.bytes().due();
    ByteSource right = b.bytes().due();
    left.check();
    right.check();
    if (a.dtype() == b.dtype() && ByteSource.same(left, right)) {
      return NONE;
    }
    Sums sums = new Sums(tolerance);
    long total = a.shape().count();
    try (Scratch scratch = new Scratch();
        Scratch.Lease some = scratch.borrow(Math.min(PIECE, total) * a.dtype().bytes());
        Scratch.Lease others = scratch.borrow(Math.min(PIECE, total) * b.dtype().bytes())) {
      for (long from = 0; from < total; from += PIECE) {
        long count = Math.min(PIECE, total - from);
        MemorySegment x = piece(a.dtype(), left, from, some.bytes(), count, scratch);
        MemorySegment y = piece(b.dtype(), right, from, others.bytes(), count, scratch);
        sums.add(a.dtype(), x, b.dtype(), y);
      }
    }
    return sums.difference();
  }

  private static MemorySegment piece(
      DType dtype, ByteSource from, long first, MemorySegment memory, long count, Scratch scratch)
      throws IOException {
    MemorySegment piece = memory.asSlice(0, count * dtype.bytes());
    from.read(first * dtype.bytes(), piece, scratch);
    return piece;
  }

  /// Whether all numbers are as close as is allowed.
  boolean isAllowed() {
    return beyond == 0;
  }

  private static final class Sums {
    final Tolerance tolerance;
    long differing;
    long beyond;
    double absolute;
    double relative;
    double product;
    double squaresA;
    double squaresB;
    final double[] left = new double[Elements.BLOCK];
    final double[] right = new double[Elements.BLOCK];

    Sums(Tolerance tolerance) {
      this.tolerance = tolerance;
    }

    void add(DType typeA, MemorySegment a, DType typeB, MemorySegment b) {
      long total = a.byteSize() / typeA.bytes();
      for (long from = 0; from < total; from += left.length) {
        int count = Elements.read(typeA, a, from, left);
        Elements.read(typeB, b, from, right);
        for (int i = 0; i < count; i++) {
          add(left[i], right[i]);
        }
      }
    }

    private void add(double a, double b) {
      if (Double.isFinite(a) && Double.isFinite(b)) {
        product += a * b;
        squaresA += a * a;
        squaresB += b * b;
        if (a != b) {
          differ(Math.abs(a - b), Math.max(Math.abs(a), Math.abs(b)), b);
        }
      } else if (Double.compare(a, b) != 0) {
        differ(Double.POSITIVE_INFINITY, 1, b);
      }
    }

    private void differ(double difference, double larger, double b) {
      differing++;
      absolute = Math.max(absolute, difference);
      relative = Math.max(relative, difference / larger);
      if (!tolerance.allows(difference, Double.isFinite(difference) ? b : 0)) {
        beyond++;
      }
    }

    Difference difference() {
      double length = Math.sqrt(squaresA) * Math.sqrt(squaresB);
      boolean same = squaresA == squaresB && product == squaresA;
      double cosine = same ? 1 : length == 0 ? 0 : product / length;
      return new Difference(differing, absolute, relative, Math.clamp(cosine, -1.0, 1.0), beyond);
    }
  }
}
