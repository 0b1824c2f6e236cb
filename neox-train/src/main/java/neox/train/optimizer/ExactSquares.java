package neox.train.optimizer;

import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Sums of squares that do not depend on the order of their terms, so that it does not matter which
/// rank holds which of them (after arXiv:1312.2674 §4, with two bins).
///
/// The square of a float is exact in float64. Each is cut into a multiple of a coarse unit, a
/// multiple of a fine one, and a rest that is left out. Units are so large that all coarse parts
/// together stay below 2⁵³ of them, and the fine parts likewise: then no sum is ever rounded. What
/// is left out of n terms is below n · 2⁻⁵³ · n² of the largest.
///
/// @param coarse 1.5 · 2⁵² coarse units: adding it rounds to a multiple of the unit
/// @param fine the same of fine units
record ExactSquares(double coarse, double fine) {
  private static final int MANTISSA = 52;

  /// Elements that are squared at once: what fits into a core's cache.
  private static final long AT_ONCE = 1L << 15;

  /// A sum in two parts, each exact; parts add up over ranks in any order.
  record Sum(double coarse, double fine) {
    double value() {
      return coarse + fine;
    }
  }

  /// For so many numbers.
  ///
  /// @param largest magnitude among them, finite and not 0
  static ExactSquares of(long count, double largest) {
    int bits = Long.SIZE - Long.numberOfLeadingZeros(count) + 1; // 2^bits ≥ 2 · count
    int top = 2 * (Math.getExponent(largest) + 1); // each square is below 2^top
    int coarseUnit = top + bits - MANTISSA;
    int fineUnit = coarseUnit - 1 + bits - MANTISSA;
    return new ExactSquares(rounder(coarseUnit), rounder(fineUnit));
  }

  private static double rounder(int unit) {
    return Math.scalb(1.5, unit + MANTISSA);
  }

  /// The sum of the squares of some of the numbers.
  Sum of(Tensor numbers) {
    Tensor flat = numbers.reshape(-1);
    long count = flat.numel();
    double coarseSum = 0;
    double fineSum = 0;
    for (long from = 0; from < count; from += AT_ONCE) {
      try (var _ = Scope.open()) {
        Tensor rest = flat.narrow(0, from, Math.min(AT_ONCE, count - from)).to(ScalarType.Double);
        rest.mul_(rest);
        Tensor multiples = rounded(rest, coarse);
        coarseSum += multiples.sum().item_double();
        fineSum += rounded(rest.sub_(multiples), fine).sum().item_double();
      }
    }
    return new Sum(coarseSum, fineSum);
  }

  private static Tensor rounded(Tensor x, double rounder) {
    return x.add(new Scalar(rounder)).sub_(new Scalar(rounder));
  }
}
