package neox.monitor;

import java.util.List;

/// How many numbers are distributed: bucket i counts those in `[limits[i-1], limits[i])`, the first
/// those below `limits[0]`.
///
/// @param min smallest of the finite numbers, as all that follows is of those; 0 where there are
///   none
/// @param max largest
/// @param sum of all
/// @param sumOfSquares of all
/// @param limits upper ends of the buckets, ascending
/// @param counts as many as limits
public record Histogram(
    double min,
    double max,
    double sum,
    double sumOfSquares,
    List<Double> limits,
    List<Long> counts) {
  public Histogram {
    limits = List.copyOf(limits);
    counts = List.copyOf(counts);
    if (limits.size() != counts.size()) {
      throw new IllegalArgumentException(limits.size() + " limits, " + counts.size() + " counts");
    }
  }

  /// How many numbers there are.
  public long count() {
    return counts.stream().mapToLong(Long::longValue).sum();
  }
}
