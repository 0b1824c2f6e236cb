package neox.preprocess.parquet;

import java.io.IOException;
import java.util.Locale;

/// The file is damaged, or written in a way that is not read; as opposed to a disk that fails.
public final class ParquetException extends IOException {
  private static final long serialVersionUID = 1;

  private final boolean damage;

  /// The file is damaged.
  ParquetException(String format, Object... arguments) {
    this(true, String.format(Locale.ROOT, format, arguments));
  }

  private ParquetException(boolean damage, String message) {
    super(message);
    this.damage = damage;
  }

  /// The file may be sound, but this of it is not read.
  static ParquetException notRead(String format, Object... arguments) {
    return new ParquetException(false, String.format(Locale.ROOT, format, arguments));
  }

  /// Whether the file is to blame.
  public boolean isDamage() {
    return damage;
  }
}
