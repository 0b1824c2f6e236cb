package neox.data;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;

/// Powers to the nearest floating-point number.
///
/// Python asks the C library, whose powers are the nearest number but for one in a thousand, and
/// [Math#pow] may differ from both in the last bit. The digits here are too many for speed; a run
/// needs one power for each of its datasets.
final class RoundedPower {
  /// More digits than an exact result has, so that this is not mistaken for one beside it.
  private static final MathContext RESULT = new MathContext(130);

  private static final MathContext WORK = new MathContext(150);
  private static final BigDecimal TWO = BigDecimal.valueOf(2);
  private static final BigDecimal LN_2 = logarithmNearOne(TWO);

  /// `base ^ exponent`.
  static double of(double base, double exponent) {
    boolean ordinary = base > 0 && base != 1 && Double.isFinite(base);
    double near = Math.pow(base, exponent);
    if (!ordinary || exponent == 0 || near == 0 || !Double.isFinite(near)) {
      return near;
    }
    BigDecimal power = new BigDecimal(exponent).multiply(logarithm(base), WORK);
    return exponential(power).round(RESULT).doubleValue();
  }

  private static BigDecimal logarithm(double x) {
    boolean subnormal = x < Double.MIN_NORMAL;
    int binary = subnormal ? Math.getExponent(x * 0x1p54) - 54 : Math.getExponent(x);
    BigDecimal mantissa = scaled(new BigDecimal(x), -binary);
    return logarithmNearOne(mantissa).add(LN_2.multiply(BigDecimal.valueOf(binary)), WORK);
  }

  /// `2 artanh((x - 1) / (x + 1))`, for x from 1/2 to 2.
  private static BigDecimal logarithmNearOne(BigDecimal x) {
    BigDecimal z = x.subtract(BigDecimal.ONE).divide(x.add(BigDecimal.ONE), WORK);
    BigDecimal square = z.multiply(z, WORK);
    BigDecimal sum = BigDecimal.ZERO;
    BigDecimal power = z;
    for (int k = 1; isSeen(power, sum); k += 2) {
      sum = sum.add(power.divide(BigDecimal.valueOf(k), WORK), WORK);
      power = power.multiply(square, WORK);
    }
    return sum.multiply(TWO);
  }

  private static BigDecimal exponential(BigDecimal x) {
    int binary = x.divide(LN_2, WORK).setScale(0, RoundingMode.HALF_EVEN).intValueExact();
    BigDecimal rest = x.subtract(LN_2.multiply(BigDecimal.valueOf(binary)), WORK);
    BigDecimal sum = BigDecimal.ONE;
    BigDecimal term = rest;
    for (int k = 2; isSeen(term, sum); k++) {
      sum = sum.add(term, WORK);
      term = term.multiply(rest, WORK).divide(BigDecimal.valueOf(k), WORK);
    }
    return scaled(sum, binary);
  }

  /// Whether a sum with that many digits changes.
  private static boolean isSeen(BigDecimal term, BigDecimal sum) {
    return term.signum() != 0
        && (sum.signum() == 0 || magnitude(term) > magnitude(sum) - WORK.getPrecision());
  }

  private static long magnitude(BigDecimal x) {
    return (long) x.precision() - x.scale();
  }

  /// `x 2^binary`
  private static BigDecimal scaled(BigDecimal x, int binary) {
    BigDecimal factor = new BigDecimal(BigInteger.TWO.pow(Math.abs(binary)));
    return binary < 0 ? x.divide(factor, WORK) : x.multiply(factor, WORK);
  }

  private RoundedPower() {}
}
