package neox.base.progress;

import java.util.Locale;

/// What work is counted in.
public enum ProgressUnit {
  BYTES,
  DOCUMENTS,
  TOKENS,
  SAMPLES,
  REQUESTS,
  BATCHES,
  TENSORS,
  STEPS;

  private static final double MEGA = 1e6;
  private static final int FEW = 10;

  /// As JSON names it.
  public String noun() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// `12.3 MB`, or `1,234 documents`.
  public String amount(long count) {
    return this == BYTES
        ? String.format(Locale.ROOT, "%,.1f MB", count / MEGA)
        : String.format(Locale.ROOT, "%,d %s", count, noun());
  }

  /// `12.3 MB/s`, or `1,234 documents/s`.
  String rate(double perSecond) {
    double shown = this == BYTES ? perSecond / MEGA : perSecond;
    String format = this == BYTES || shown < FEW ? "%,.1f %s/s" : "%,.0f %s/s";
    return String.format(Locale.ROOT, format, shown, this == BYTES ? "MB" : noun());
  }
}
