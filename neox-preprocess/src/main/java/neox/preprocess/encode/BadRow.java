package neox.preprocess.encode;

import java.util.Objects;

/// A row of the input that cannot become a document; the message says why. The reader adds where.
public final class BadRow extends Exception {
  private static final long serialVersionUID = 1;

  public BadRow(String format, Object... arguments) {
    super(String.format(java.util.Locale.ROOT, format, arguments), null, false, false);
  }

  /// What is wrong with the row.
  String why() {
    return Objects.requireNonNull(getMessage());
  }
}
