package neox.evaluation.metric;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// How the values of all documents become one, and how its standard error is found.
public enum Aggregation {
  MEAN(Spread.FORMULA),
  MEDIAN(Spread.BOOTSTRAP),
  NANMEAN(Spread.BOOTSTRAP),
  /// exp of the negative mean log-likelihood.
  PERPLEXITY(Spread.BOOTSTRAP),
  /// exp of the negative log-likelihood per word or byte.
  WEIGHTED_PERPLEXITY(Spread.NONE),
  /// The negative log-likelihood per byte, in bits.
  BITS_PER_BYTE(Spread.NONE);

  /// Where the standard error comes from.
  enum Spread {
    /// Sample deviation over the root of the count.
    FORMULA,
    /// Resampling with replacement, see [Bootstrap].
    BOOTSTRAP,
    /// It has none; results say `N/A`.
    NONE
  }

  private final Spread spread;

  Aggregation(Spread spread) {
    this.spread = spread;
  }

  /// The name in task files and results.
  public String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// Whether [#standardError] resamples, which takes seconds on large tasks.
  public boolean isBootstrapped() {
    return spread == Spread.BOOTSTRAP;
  }

  /// The aggregate of at least one value.
  public double of(List<Value> values) {
    return of(Column.of(values));
  }

  /// The standard error of [#of(List)]; empty when it is not defined.
  public Optional<Double> standardError(List<Value> values, Bootstrap bootstrap)
      throws InterruptedException {
    if (values.size() < 2 || bootstrap.iterations() == 0) {
      return Optional.empty();
    }
    Column column = Column.of(values);
    return switch (spread) {
      case FORMULA -> Optional.of(deviation(column.values()) / Math.sqrt(values.size()));
      case BOOTSTRAP -> Optional.of(bootstrap.standardError(this, column));
      case NONE -> Optional.empty();
    };
  }

  double of(Column column) {
    double[] values = column.values();
    return switch (this) {
      case MEAN -> mean(values);
      case MEDIAN -> median(values);
      case NANMEAN -> mean(Arrays.stream(values).filter(x -> !Double.isNaN(x)).toArray());
      case PERPLEXITY -> Math.exp(-mean(values));
      case WEIGHTED_PERPLEXITY -> Math.exp(-perWeight(column));
      case BITS_PER_BYTE -> -perWeight(column) / Math.log(2);
    };
  }

  /// The plain sum from left to right over the count: the rounding of the reference.
  private static double mean(double[] values) {
    return values.length == 0 ? Double.NaN : sum(values) / values.length;
  }

  private static double perWeight(Column column) {
    return sum(column.values()) / sum(column.weights());
  }

  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value;
    }
    return sum;
  }

  /// The upper of the two middle values when the count is even.
  private static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length / 2];
  }

  /// The sample standard deviation (n − 1).
  static double deviation(double[] values) {
    double mean = mean(values);
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    return Math.sqrt(squares / (values.length - 1));
  }
}
