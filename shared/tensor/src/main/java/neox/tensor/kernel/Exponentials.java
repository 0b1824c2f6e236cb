package neox.tensor.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;

/// e^x of float32, to an ulp or two, and the same bits whether the JVM interprets or compiles it
/// (those of the API's own differ).
///
/// e^x = 2ⁿ e^r with n = round(x / ln 2) and |r| ≤ ln 2 / 2, e^r by its series.
final class Exponentials {
  /// Smaller and larger x are taken for these, so that neither 2ⁿ nor the result leaves the range
  /// of normal numbers.
  private static final float LEAST = -86;

  private static final float MOST = 88;

  private static final float LOG2_E = 0x1.715476p0f;

  /// A number that is added has its whole part in the lowest bits of the sum.
  private static final float ROUNDING = 0x1.8p23f;

  /// ln 2 as what has few bits, so that n times it is exact, and the rest.
  private static final float LN2 = 0x1.62e4p-1f;

  private static final float LN2_REST = (float) (0x1.62e42fefa39efp-1 - LN2);
  private static final int MANTISSA_BITS = 23;

  private static final float C2 = 1 / 2f;
  private static final float C3 = 1 / 6f;
  private static final float C4 = 1 / 24f;
  private static final float C5 = 1 / 120f;
  private static final float C6 = 1 / 720f;
  private static final float C7 = 1 / 5040f;

  /// Writes e^(x - shift) over numbers, of which there are whole vectors.
  static void of(long address, int count, float shift) {
    for (int i = 0; i < count; i += Lanes.COUNT) {
      long at = address + (long) i * Float.BYTES;
      Lanes.write(of(Lanes.floats(at).sub(shift)), at, 0);
    }
  }

  static FloatVector of(FloatVector x) {
    return ofKnown(x.max(LEAST).min(MOST));
  }

  private static FloatVector ofKnown(FloatVector x) {
    FloatVector shifted = whole(x);
    return scaled(series(rest(x, shifted.sub(ROUNDING))), shifted);
  }

  private static FloatVector whole(FloatVector x) {
    return x.fma(lanes(LOG2_E), lanes(ROUNDING));
  }

  private static FloatVector rest(FloatVector x, FloatVector n) {
    return n.fma(lanes(-LN2_REST), n.fma(lanes(-LN2), x));
  }

  private static FloatVector series(FloatVector r) {
    FloatVector upper = higher(r);
    return upper.mul(r).mul(r).add(r).add(1);
  }

  /// What is multiplied with r².
  private static FloatVector higher(FloatVector r) {
    return next(next(next(highest(r), r, C4), r, C3), r, C2);
  }

  private static FloatVector highest(FloatVector r) {
    return next(next(lanes(C7), r, C6), r, C5);
  }

  private static FloatVector next(FloatVector sum, FloatVector r, float term) {
    return sum.fma(r, lanes(term));
  }

  private static FloatVector scaled(FloatVector series, FloatVector shifted) {
    return bits(series).add(exponent(bits(shifted))).reinterpretAsFloats();
  }

  private static IntVector bits(FloatVector x) {
    return x.reinterpretAsInts();
  }

  private static IntVector exponent(IntVector shifted) {
    return shifted.lanewise(VectorOperators.LSHL, MANTISSA_BITS);
  }

  private static FloatVector lanes(float value) {
    return FloatVector.broadcast(Lanes.FLOATS, value);
  }

  private Exponentials() {}
}
