package neox.report;

import com.fasterxml.jackson.databind.node.ArrayNode;
import java.math.BigDecimal;
import java.math.MathContext;

/// Numbers as a page holds them: with six significant digits, which is more than a screen shows.
final class SignificantDigits {
  private static final MathContext SIX = new MathContext(6);

  /// Adds a number, or null for one that is none.
  static void add(ArrayNode numbers, double value) {
    if (!Double.isFinite(value)) {
      numbers.addNull();
    } else if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      numbers.add((long) value);
    } else {
      numbers.add(rounded(value));
    }
  }

  /// Whole numbers beyond that many digits stay as they are: they count something.
  private static double rounded(double value) {
    return new BigDecimal(value).round(SIX).doubleValue();
  }

  private SignificantDigits() {}
}
