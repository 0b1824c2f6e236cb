package neox.preprocess.input;

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
}
