package neox.preprocess.input;

import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.Optional;

/// How long one row or document may be.
///
/// It follows from the size of the heap alone, so that which rows are left out does not depend on
/// what else is under way.
///
/// @param bytes of the longest that is taken
public record RowLimit(int bytes) {
  /// The longest array that every virtual machine grants.
  private static final int MAX_BYTES = Integer.MAX_VALUE - 16;

  /// What a row needs beside its own bytes: its text, its tokens and their growth.
  private static final int BYTES_PER_ROW_BYTE = 10;

  /// A larger share goes to a page of Parquet, which may hold many rows.
  private static final int PAGES_PER_HEAP = 4;

  /// What there is room for.
  public static RowLimit ofHeap() {
    long fitting = Runtime.getRuntime().maxMemory() / BYTES_PER_ROW_BYTE;
    return new RowLimit((int) Math.min(MAX_BYTES, fitting));
  }

  boolean allows(long rowBytes) {
    return rowBytes <= bytes;
  }

  /// How many bytes of a page may be in memory at once.
  int pageBytes() {
    return (int) Math.min(MAX_BYTES, (long) bytes * BYTES_PER_ROW_BYTE / PAGES_PER_HEAP);
  }

  /// All of `in`; empty when that is too much. The rest of it is not read then.
  Optional<byte[]> readAll(InputStream in) throws IOException {
    byte[] all = in.readNBytes(bytes + 1);
    return allows(all.length) ? Optional.of(all) : Optional.empty();
  }

  /// Why a row of at least so many bytes is left out.
  public static String problem(long rowBytes) {
    return String.format(
        Locale.ROOT,
        "a row of %.1f MB or more needs more than the Java heap of %d MB; raise it with"
            + " NEOX_JAVA_OPTS=-Xmx4g or the like",
        rowBytes / 1e6,
        Runtime.getRuntime().maxMemory() / 1_000_000);
  }
}
