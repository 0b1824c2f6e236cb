package neox.preprocess.input;

import java.util.Locale;
import java.util.function.LongSupplier;

/// Names lines for messages. May be asked by several threads.
///
/// @param name the file
/// @param before how many lines of it come before those that are read; counted when first asked
public record LineSource(String name, LongSupplier before) {
  public static LineSource whole(String name) {
    return new LineSource(name, () -> 0);
  }

  /// `number` counts from 1 in what is read; the result is the number in the file.
  public long line(long number) {
    return before.getAsLong() + number;
  }

  /// The line `number`, as [#line] counts, is too long for the heap.
  public OutOfMemoryError tooLong(long number, long bytes) {
    return new OutOfMemoryError(
        String.format(
            Locale.ROOT,
            "%s:%d: a row of %.0f MB or more needs more than the Java heap of %d MB; raise it with"
                + " NEOX_JAVA_OPTS=-Xmx4g or the like",
            name,
            line(number),
            bytes / 1e6,
            Runtime.getRuntime().maxMemory() / 1_000_000));
  }
}
