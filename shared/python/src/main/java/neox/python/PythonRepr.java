package neox.python;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/// How Python writes strings and numbers: `repr`, character for character.
public final class PythonRepr {
  private static final int MIN_FIXED_EXPONENT = -4;
  private static final int MAX_FIXED_EXPONENT = 16;

  /// A string in quotes, with Python's choice of them.
  public static String of(String text) {
    char quote = text.contains("'") && !text.contains("\"") ? '"' : '\'';
    StringBuilder repr = new StringBuilder().append(quote);
    text.codePoints().forEach(c -> escape(c, quote, repr));
    return repr.append(quote).toString();
  }

  /// What [#of] gives with every character outside ASCII escaped, as `ascii` does.
  public static String ascii(String repr) {
    StringBuilder ascii = new StringBuilder();
    repr.codePoints().forEach(c -> ascii.append(c < 0x80 ? Character.toString(c) : hex(c)));
    return ascii.toString();
  }

  private static String hex(int c) {
    String format = c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x";
    return String.format(Locale.ROOT, format, c);
  }

  private static void escape(int c, char quote, StringBuilder out) {
    switch (c) {
      case '\n' -> out.append("\\n");
      case '\r' -> out.append("\\r");
      case '\t' -> out.append("\\t");
      case '\\' -> out.append("\\\\");
      default -> {
        if (c == quote) {
          out.append('\\').append(quote);
        } else if (isPrintable(c)) {
          out.appendCodePoint(c);
        } else {
          out.append(hex(c));
        }
      }
    }
  }

  /// Whether Python prints a character as it is.
  public static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      case Character.SPACE_SEPARATOR -> c == ' ';
      default -> true;
    };
  }

  /// The shortest decimal that reads back as the number.
  public static String of(double number) {
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      return Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
    }
    if (number == 0) {
      return 1 / number > 0 ? "0.0" : "-0.0";
    }
    BigDecimal shortest = shortest(number);
    int exponent = shortest.precision() - shortest.scale() - 1;
    if (exponent >= MIN_FIXED_EXPONENT && exponent < MAX_FIXED_EXPONENT) {
      String fixed = shortest.toPlainString();
      return fixed.contains(".") ? fixed : fixed + ".0";
    }
    String digits = shortest.unscaledValue().abs().toString();
    return (number < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + exponent(exponent);
  }

  /// `e+05`
  public static String exponent(int exponent) {
    return String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  private static BigDecimal shortest(double number) {
    BigDecimal decimal = new BigDecimal(Double.toString(number)).stripTrailingZeros();
    if (decimal.precision() == 2) { // Java prefers two digits where one would do
      BigDecimal one = decimal.round(new MathContext(1)).stripTrailingZeros();
      return one.doubleValue() == number ? one : decimal;
    }
    return decimal;
  }

  private PythonRepr() {}
}
