package neox.weights.gguf;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// How many parameters a model has, in the form of `general.size_label`: two digits at least, in
/// thousands or more (`410M`, `6.9B`, `0.2K`).
final class SizeLabel {
  static String of(long parameters) {
    if (parameters > 1_000_000_000_000L) {
      return scaled(parameters, 12, "T");
    }
    if (parameters > 1_000_000_000L) {
      return scaled(parameters, 9, "B");
    }
    if (parameters > 1_000_000L) {
      return scaled(parameters, 6, "M");
    }
    return scaled(parameters, 3, "K");
  }

  private static String scaled(long parameters, int power, String suffix) {
    BigDecimal value = BigDecimal.valueOf(parameters, power);
    BigDecimal whole = value.setScale(0, RoundingMode.HALF_EVEN);
    int digits = whole.signum() == 0 ? 0 : whole.precision();
    return value.setScale(Math.max(2 - digits, 0), RoundingMode.HALF_EVEN).toPlainString() + suffix;
  }

  private SizeLabel() {}
}
