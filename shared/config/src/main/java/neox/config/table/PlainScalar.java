package neox.config.table;

import java.math.BigInteger;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What a word without quotes stands for: as in PyYAML, which GPT-NeoX reads its files with, but in
/// two kinds of number.
///
/// A number with an exponent needs neither dot nor sign (`1e-5`; PyYAML takes it for text, and
/// GPT-NeoX then fails). What PyYAML takes for a number of base 8 or 60 (`010`, `1:30`) is text, so
/// that a key for a number refuses it: nobody means 8 or 90.
final class PlainScalar {
  private static final Pattern INTEGER = Pattern.compile("[-+]?(0|[1-9][0-9_]*)");
  private static final Pattern POWER_OF_TWO = Pattern.compile("[-+]?0(x[0-9a-fA-F_]+|b[01_]+)");
  private static final Pattern REAL =
      Pattern.compile("[-+]?(\\.[0-9][0-9_]*|[0-9][0-9_]*(\\.[0-9_]*)?)([eE][-+]?[0-9]+)?");
  private static final Pattern LEADING_ZERO = Pattern.compile("[-+]?0[0-9_]+");

  /// Null, Boolean, Long, Double (also for an integer beyond 64 bits) or String.
  static @Nullable Object resolve(String text) {
    return switch (text) {
      case "", "~", "null", "Null", "NULL" -> null;
      case "true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON" -> true;
      case "false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF" -> false;
      case ".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF" -> Double.POSITIVE_INFINITY;
      case "-.inf", "-.Inf", "-.INF" -> Double.NEGATIVE_INFINITY;
      case ".nan", ".NaN", ".NAN" -> Double.NaN;
      default -> number(text);
    };
  }

  private static Object number(String text) {
    if (POWER_OF_TWO.matcher(text).matches()) {
      return powerOfTwo(text);
    }
    if (LEADING_ZERO.matcher(text).matches() || !REAL.matcher(text).matches()) {
      return text;
    }
    String digits = text.replace("_", "");
    if (INTEGER.matcher(text).matches()) {
      try {
        return Long.parseLong(digits);
      } catch (NumberFormatException e) {
        return Double.parseDouble(digits); // beyond 64 bits
      }
    }
    return Double.parseDouble(digits);
  }

  private static Object powerOfTwo(String text) {
    boolean hexadecimal = text.indexOf('x') > 0;
    String digits = text.replaceFirst("0[xb]", "").replace("_", "");
    if (digits.matches("[-+]?")) {
      return text;
    }
    BigInteger value = new BigInteger(digits, hexadecimal ? 16 : 2);
    return value.bitLength() < Long.SIZE ? (Object) value.longValueExact() : value.doubleValue();
  }

  private PlainScalar() {}
}
