package neox.evaluation.metric;

import java.util.Locale;
import neox.base.UserException;

/// One figure that a task reports.
///
/// @param name as in results, such as `acc_norm`
/// @param comparison how generated text is compared; used by `exact_match` alone
public record Metric(
    String name, Aggregation aggregation, boolean higherIsBetter, TextComparison comparison) {

  /// The metric with its usual aggregation and direction.
  public static Metric of(String name) {
    Aggregation aggregation =
        switch (name) {
          case "acc", "acc_norm", "acc_bytes", "exact_match" -> Aggregation.MEAN;
          case "perplexity" -> Aggregation.PERPLEXITY;
          case "word_perplexity", "byte_perplexity" -> Aggregation.WEIGHTED_PERPLEXITY;
          case "bits_per_byte" -> Aggregation.BITS_PER_BYTE;
          default ->
              throw new UserException(
                  String.format(
                      Locale.ROOT,
                      "unknown metric '%s'; known are acc, acc_norm, acc_bytes, exact_match,"
                          + " perplexity, word_perplexity, byte_perplexity, bits_per_byte",
                      name));
        };
    return new Metric(name, aggregation, aggregation == Aggregation.MEAN, TextComparison.EXACT);
  }

  public Metric comparing(TextComparison by) {
    return new Metric(name, aggregation, higherIsBetter, by);
  }
}
