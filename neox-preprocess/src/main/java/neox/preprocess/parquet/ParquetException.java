package neox.preprocess.parquet;

import java.io.IOException;
import java.util.Locale;

/// The file is damaged, or uses what is not read; as opposed to a disk that fails.
public final class ParquetException extends IOException {
  private static final long serialVersionUID = 1;

  ParquetException(String format, Object... arguments) {
    super(String.format(Locale.ROOT, format, arguments));
  }
}
