package neox.template.value;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import neox.python.PythonCase;
import neox.python.PythonRepr;

/// Numbers in decimal as C prints them, rounded from their exact value, halves to even.
final class FloatFormat {
  static final int DEFAULT_PRECISION = 6;

  /// @param kind one of `f F e E g G`
  static String format(double number, char kind, int precision) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      String name = Double.isNaN(number) ? "nan" : number < 0 ? "-inf" : "inf";
      return Character.isUpperCase(kind) ? PythonCase.upper(name) : name;
    }
    BigDecimal exact = new BigDecimal(number).abs();
    String digits =
        switch (Character.toLowerCase(kind)) {
          case 'f' -> exact.setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
          case 'e' -> exponential(exact, precision);
          default -> general(exact, Math.max(1, precision));
        };
    boolean negative = number < 0 || (number == 0 && 1 / number < 0);
    return (negative ? "-" : "")
        + (Character.isUpperCase(kind) ? PythonCase.upper(digits) : digits);
  }

  private static String exponential(BigDecimal number, int precision) {
    if (number.signum() == 0) {
      return point("0".repeat(precision + 1)) + PythonRepr.exponent(0);
    }
    BigDecimal rounded = number.round(new MathContext(precision + 1, RoundingMode.HALF_EVEN));
    String digits = rounded.unscaledValue().toString();
    String padded = digits + "0".repeat(Math.max(0, precision + 1 - digits.length()));
    return point(padded.substring(0, precision + 1)) + PythonRepr.exponent(exponent(rounded));
  }

  private static String point(String digits) {
    return digits.length() == 1 ? digits : digits.charAt(0) + "." + digits.substring(1);
  }

  private static int exponent(BigDecimal number) {
    return number.precision() - number.scale() - 1;
  }

  /// As `str` prints it, but with so many digits at most.
  static String general(double number, int precision) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return format(number, 'g', precision);
    }
    BigDecimal rounded =
        new BigDecimal(number).abs().round(new MathContext(precision, RoundingMode.HALF_EVEN));
    int exponent = rounded.signum() == 0 ? 0 : exponent(rounded);
    String digits =
        exponent >= -4 && exponent < precision - 1
            ? rounded.stripTrailingZeros().toPlainString()
            : point(rounded.stripTrailingZeros().unscaledValue().toString())
                + PythonRepr.exponent(exponent);
    boolean negative = number < 0 || (number == 0 && 1 / number < 0);
    boolean bare = digits.indexOf('.') < 0 && digits.indexOf('e') < 0;
    return (negative ? "-" : "") + digits + (bare ? ".0" : "");
  }

  private static String general(BigDecimal number, int precision) {
    if (number.signum() == 0) {
      return "0";
    }
    BigDecimal rounded = number.round(new MathContext(precision, RoundingMode.HALF_EVEN));
    int exponent = exponent(rounded);
    BigDecimal bare = rounded.stripTrailingZeros();
    if (exponent >= -4 && exponent < precision) {
      return bare.toPlainString();
    }
    return point(bare.unscaledValue().toString()) + PythonRepr.exponent(exponent);
  }

  private FloatFormat() {}
}
