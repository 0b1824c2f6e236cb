package neox.report;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// The numbers of one name.
///
/// @param steps ascending, each once
/// @param values of the steps; any number, also NaN and infinities
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of numbers, never compared
record Series(long[] steps, double[] values) {
  int size() {
    return steps.length;
  }

  /// The points at these places, in their order.
  Series at(int[] places) {
    return new Series(
        Arrays.stream(places).mapToLong(i -> steps[i]).toArray(),
        Arrays.stream(places).mapToDouble(i -> values[i]).toArray());
  }

  /// Collects numbers as they were written. A step that comes again, as after a restart, replaces
  /// what was there. Not thread-safe.
  static final class Builder {
    private long[] steps = new long[64];
    private double[] values = new double[64];
    private int size;
    private boolean ascending = true;

    void add(long step, double value) {
      if (size == steps.length) {
        steps = Arrays.copyOf(steps, 2 * size);
        values = Arrays.copyOf(values, 2 * size);
      }
      ascending &= size == 0 || steps[size - 1] < step;
      steps[size] = step;
      values[size] = value;
      size++;
    }

    Series build() {
      Series written = new Series(Arrays.copyOf(steps, size), Arrays.copyOf(values, size));
      return ascending ? written : written.at(lastOfEachStep());
    }

    /// Sorting is stable: of equal steps, the one that was written last stands last.
    private int[] lastOfEachStep() {
      int[] sorted =
          IntStream.range(0, size)
              .boxed()
              .sorted(Comparator.comparingLong(i -> steps[i]))
              .mapToInt(Integer::intValue)
              .toArray();
      return IntStream.range(0, size)
          .filter(i -> i == size - 1 || steps[sorted[i]] != steps[sorted[i + 1]])
          .map(i -> sorted[i])
          .toArray();
    }
  }
}
