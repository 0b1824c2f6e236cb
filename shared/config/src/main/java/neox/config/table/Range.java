package neox.config.table;

/// The numbers a key accepts.
///
/// @param text as it completes "expected an integer …" in an error message
public record Range(double min, boolean minAllowed, double max, boolean maxAllowed, String text) {
  public static final Range ANY =
      new Range(Double.NEGATIVE_INFINITY, true, Double.POSITIVE_INFINITY, true, "");
  public static final Range POSITIVE =
      new Range(0, false, Double.POSITIVE_INFINITY, false, " greater than 0");

  public static Range atLeast(int min) {
    return new Range(min, true, Double.POSITIVE_INFINITY, false, " that is at least " + min);
  }

  public static Range between(int min, int max) {
    return new Range(min, true, max, true, " between " + min + " and " + max);
  }

  /// `max` itself is not allowed.
  public static Range below(int min, int max) {
    return new Range(min, true, max, false, " of at least " + min + " and less than " + max);
  }

  public boolean contains(double x) {
    return (minAllowed ? x >= min : x > min) && (maxAllowed ? x <= max : x < max);
  }

  /// Some number in the range, for a key whose own value is unusable.
  public int anyInteger() {
    return Double.isInfinite(min) ? 0 : (int) min + (minAllowed ? 0 : 1);
  }
}
