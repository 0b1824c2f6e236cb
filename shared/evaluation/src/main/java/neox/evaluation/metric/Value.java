package neox.evaluation.metric;

/// What one document contributes to one metric.
public sealed interface Value {
  /// An integer: results files keep `1` and `1.0` apart.
  record Whole(long value) implements Value {}

  record Real(double value) implements Value {}

  /// A log-likelihood with what it is divided by in the end: words or bytes.
  record Weighted(double logLikelihood, long weight) implements Value {}

  /// 1.0 or 0.0.
  static Value of(boolean success) {
    return new Real(success ? 1.0 : 0.0);
  }
}
