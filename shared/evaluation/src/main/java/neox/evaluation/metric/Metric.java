package neox.evaluation.metric;

import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import neox.base.UserException;

/// One figure that a task reports.
///
/// @param name as in results, such as `acc_norm`
/// @param comparison how generated text is compared; used by `exact_match` alone
public record Metric(
    String name, Aggregation aggregation, boolean higherIsBetter, TextComparison comparison) {

  private static final SortedMap<String, StandardAggregation> USUAL =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("acc", StandardAggregation.MEAN),
              Map.entry("acc_norm", StandardAggregation.MEAN),
              Map.entry("acc_bytes", StandardAggregation.MEAN),
              Map.entry("acc_mutual_info", StandardAggregation.MEAN),
              Map.entry("exact_match", StandardAggregation.MEAN),
              Map.entry("likelihood", StandardAggregation.MEAN),
              Map.entry("f1", StandardAggregation.F1),
              Map.entry("mcc", StandardAggregation.MATTHEWS_CORRCOEF),
              Map.entry("brier_score", StandardAggregation.BRIER_SCORE),
              Map.entry("bleu", StandardAggregation.BLEU),
              Map.entry("chrf", StandardAggregation.CHRF),
              Map.entry("chrf++", StandardAggregation.CHRF_WORDS),
              Map.entry("ter", StandardAggregation.TER),
              Map.entry("perplexity", StandardAggregation.PERPLEXITY),
              Map.entry("word_perplexity", StandardAggregation.WEIGHTED_PERPLEXITY),
              Map.entry("byte_perplexity", StandardAggregation.WEIGHTED_PERPLEXITY),
              Map.entry("bits_per_byte", StandardAggregation.BITS_PER_BYTE),
              Map.entry("bypass", StandardAggregation.BYPASS)));

  /// The metric with its usual aggregation and direction.
  public static Metric of(String name) {
    StandardAggregation aggregation = USUAL.get(name);
    if (aggregation == null) {
      throw UserException.of(
          "unknown metric '%s'; known are %s", name, String.join(", ", USUAL.keySet()));
    }
    boolean higherIsBetter =
        switch (aggregation) {
          case PERPLEXITY, WEIGHTED_PERPLEXITY, BITS_PER_BYTE, BRIER_SCORE, TER -> false;
          case MEAN, MEDIAN, NANMEAN, F1, MATTHEWS_CORRCOEF, BLEU, CHRF, CHRF_WORDS, BYPASS -> true;
        };
    return new Metric(name, aggregation, higherIsBetter, TextComparison.EXACT);
  }

  public Metric comparing(TextComparison by) {
    return new Metric(name, aggregation, higherIsBetter, by);
  }
}
