package neox.monitor;

import java.util.Locale;

/// A console line in GPT-NeoX's layout: each field preceded by a space and followed by ` |`.
public final class LogLine {
  private static final String[] FLOP_UNITS = {
    "", "KFLOPS", "MFLOPS", "GFLOPS", "TFLOPS", "PFLOPS", "EFLOPS", "ZFLOPS"
  };

  private final StringBuilder line = new StringBuilder();

  /// Appends one field; `format` is that of [String#format], always in the root locale.
  public LogLine field(String format, Object... arguments) {
    line.append(' ').append(String.format(Locale.ROOT, format, arguments)).append(" |");
    return this;
  }

  @Override
  public String toString() {
    return line.toString();
  }

  /// Floating-point operations per second with a readable unit, such as `12.3TFLOPS`.
  public static String flops(double perSecond) {
    double value = perSecond;
    int unit = 0;
    while (Math.abs(value) >= 1000 && unit < FLOP_UNITS.length - 1) {
      value /= 1000;
      unit++;
    }
    return String.format(Locale.ROOT, "%3.1f%s", value, FLOP_UNITS[unit]);
  }

  /// `text` between two lines of dashes, as NeoX frames evaluation results.
  public static String framed(String text) {
    String dashes = "-".repeat(text.length() + 1);
    return dashes + "\n" + text + "\n" + dashes;
  }
}
