package neox.evaluation.metric;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.IntStream;
import neox.base.UserException;
import neox.template.value.Value;

/// The aggregations that task files name.
public enum StandardAggregation implements Aggregation {
  MEAN(Spread.FORMULA),
  MEDIAN(Spread.BOOTSTRAP),
  /// Without the values that are no number.
  NANMEAN(Spread.BOOTSTRAP),
  /// exp of the negative mean log-likelihood.
  PERPLEXITY(Spread.BOOTSTRAP),
  /// exp of the negative log-likelihood per word or byte.
  WEIGHTED_PERPLEXITY(Spread.NONE),
  /// The negative log-likelihood per byte, in bits.
  BITS_PER_BYTE(Spread.NONE),
  /// Of precision and recall for the label 1, over pairs of labels.
  F1(Spread.BOOTSTRAP),
  /// Matthews correlation over pairs of labels.
  MATTHEWS_CORRCOEF(Spread.BOOTSTRAP),
  /// The squared distance of probabilities from certainty about the right choice.
  BRIER_SCORE(Spread.NONE),
  BLEU(Spread.FEW_RESAMPLES),
  CHRF(Spread.FEW_RESAMPLES),
  /// chrF++: words and pairs of words count, too.
  CHRF_WORDS(Spread.FEW_RESAMPLES),
  /// Translation edit rate.
  TER(Spread.FEW_RESAMPLES),
  /// Nothing is aggregated; the answers alone are wanted.
  BYPASS(Spread.NONE);

  private static final int FEW = 100;
  private static final double BYPASSED = 999;

  /// Where the standard error comes from.
  private enum Spread {
    /// Sample deviation over the root of the count.
    FORMULA,
    /// Resampling with replacement, see [Bootstrap].
    BOOTSTRAP,
    /// The same, a hundred times at most.
    FEW_RESAMPLES,
    /// It has none; results say `N/A`.
    NONE
  }

  private final Spread spread;

  StandardAggregation(Spread spread) {
    this.spread = spread;
  }

  /// The aggregation of a name in a task file; [UserException] when there is none.
  public static StandardAggregation named(String name) {
    return Arrays.stream(values())
        .filter(aggregation -> aggregation.key().equals(name))
        .findFirst()
        .orElseThrow(() ->
            UserException.of(
                "unknown aggregation '%s'; known are %s",
                name,
                String.join(", ", Arrays.stream(values()).map(StandardAggregation::key).toList())));
  }

  @Override
  public String key() {
    return this == CHRF_WORDS ? "chrf++" : name().toLowerCase(Locale.ROOT);
  }

  @Override
  public boolean isBootstrapped() {
    return spread == Spread.BOOTSTRAP || spread == Spread.FEW_RESAMPLES;
  }

  @Override
  public double of(List<Value> values) {
    return over(values).of(IntStream.range(0, values.size()).toArray());
  }

  @Override
  public Optional<Double> standardError(List<Value> values, Bootstrap bootstrap)
      throws InterruptedException {
    if (values.size() < 2 || bootstrap.iterations() == 0) {
      return Optional.empty();
    }
    int count = values.size();
    return switch (spread) {
      case FORMULA -> Optional.of(Numbers.deviation(column(values)) / Math.sqrt(count));
      case BOOTSTRAP -> Optional.of(bootstrap.standardError(over(values), count));
      case FEW_RESAMPLES -> Optional.of(bootstrap.atMost(FEW).standardError(over(values), count));
      case NONE -> Optional.empty();
    };
  }

  /// What is needed of the values, once for all resamples.
  Statistic over(List<Value> values) {
    return switch (this) {
      case MEAN -> mean(column(values));
      case MEDIAN -> median(column(values));
      case NANMEAN -> {
        double[] numbers = column(values);
        yield drawn ->
            Numbers.mean(
                Arrays.stream(drawn)
                    .mapToDouble(i -> numbers[i])
                    .filter(number -> !Double.isNaN(number))
                    .toArray());
      }
      case PERPLEXITY -> {
        Statistic mean = mean(column(values));
        yield drawn -> Math.exp(-mean.of(drawn));
      }
      case WEIGHTED_PERPLEXITY -> {
        Statistic mean = weightedMean(values);
        yield drawn -> Math.exp(-mean.of(drawn));
      }
      case BITS_PER_BYTE -> {
        Statistic mean = weightedMean(values);
        yield drawn -> -mean.of(drawn) / Math.log(2);
      }
      case F1 -> Labels.of(key(), values)::f1;
      case MATTHEWS_CORRCOEF -> Labels.of(key(), values)::correlation;
      case BRIER_SCORE -> mean(brierScores(values));
      case BLEU -> Bleu.over(key(), values);
      case CHRF -> CharacterF.over(key(), values, 0);
      case CHRF_WORDS -> CharacterF.over(key(), values, 2);
      case TER -> EditRate.over(key(), values);
      case BYPASS -> drawn -> BYPASSED;
    };
  }

  private double[] column(List<Value> values) {
    return values.stream().mapToDouble(value -> Numbers.of(key(), value)).toArray();
  }

  /// The plain sum from left to right over the count: the rounding of the reference.
  private static Statistic mean(double[] numbers) {
    return drawn -> Numbers.sum(numbers, drawn) / drawn.length;
  }

  /// The upper of the two middle values when the count is even.
  private static Statistic median(double[] numbers) {
    return drawn -> {
      double[] sorted = Arrays.stream(drawn).mapToDouble(i -> numbers[i]).sorted().toArray();
      return sorted[sorted.length / 2];
    };
  }

  private Statistic weightedMean(List<Value> values) {
    List<List<Value>> pairs = values.stream().map(value -> Numbers.pair(key(), value)).toList();
    double[] numbers = column(pairs.stream().map(List::getFirst).toList());
    double[] weights = column(pairs.stream().map(List::getLast).toList());
    return drawn -> Numbers.sum(numbers, drawn) / Numbers.sum(weights, drawn);
  }

  private double[] brierScores(List<Value> values) {
    return values.stream()
        .mapToDouble(value -> {
          List<Value> pair = Numbers.pair(key(), value);
          double right = Numbers.of(key(), pair.getFirst());
          double[] probabilities = column(Numbers.items(key(), pair.getLast()));
          double score = 0;
          for (int i = 0; i < probabilities.length; i++) {
            double distance = probabilities[i] - (i == right ? 1 : 0);
            score += distance * distance;
          }
          return score;
        })
        .toArray();
  }
}
