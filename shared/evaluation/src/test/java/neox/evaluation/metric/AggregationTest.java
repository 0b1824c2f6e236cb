package neox.evaluation.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;
import neox.evaluation.Golden;
import neox.template.value.Value;
import org.junit.jupiter.api.Test;

class AggregationTest {
  private static final JsonNode GOLDEN = Golden.json("bootstrap.json").get("bootstrap");

  private static List<Value> values() {
    List<Value> values = new ArrayList<>();
    GOLDEN.get("xs").forEach(x -> values.add(Value.of(x)));
    return values;
  }

  private static double error(Aggregation aggregation, int iterations, int threads)
      throws InterruptedException {
    return aggregation.standardError(values(), new Bootstrap(iterations, threads)).orElseThrow();
  }

  @Test
  void bootstrapsTheStandardErrorsOfTheHarness() throws Exception {
    // The resamples are identical; exp may differ in the last digit between C libraries.
    assertThat(StandardAggregation.PERPLEXITY.of(values()))
        .isEqualTo(GOLDEN.get("perplexity").asDouble(), offset(1e-10));
    assertThat(error(StandardAggregation.PERPLEXITY, 100_000, 2))
        .isEqualTo(GOLDEN.get("perplexity_stderr_100000").asDouble(), offset(1e-9));
    assertThat(error(StandardAggregation.PERPLEXITY, 1000, 1))
        .isEqualTo(GOLDEN.get("perplexity_stderr_1000").asDouble(), offset(1e-9));
    assertThat(error(StandardAggregation.MEDIAN, 2000, 1))
        .isEqualTo(GOLDEN.get("median_stderr_2000").asDouble(), offset(1e-12));
  }

  /// Figures over all documents, and their errors by 300 resamples.
  @Test
  void figuresOverPairsAreThoseOfTheHarness() throws Exception {
    for (JsonNode line : Golden.jsonLines("../metrics/aggregations.jsonl")) {
      StandardAggregation aggregation = StandardAggregation.named(line.get("name").asText());
      List<Value> values = new ArrayList<>();
      line.get("values").forEach(value -> values.add(Value.of(value)));
      assertThat(aggregation.of(values))
          .as(line.toString())
          .isEqualTo(line.get("figure").asDouble(), offset(1e-12));
      if (line.has("error")) {
        assertThat(aggregation.standardError(values, new Bootstrap(300, 1)).orElseThrow())
            .as(line.toString())
            .isEqualTo(line.get("error").asDouble(), offset(1e-11));
      }
    }
  }

  @Test
  void theNumberOfThreadsDoesNotChangeABit() throws Exception {
    assertThat(error(StandardAggregation.PERPLEXITY, 7000, 1))
        .isEqualTo(error(StandardAggregation.PERPLEXITY, 7000, 3));
  }

  @Test
  void oneValueOrNoIterationsHaveNoStandardError() throws Exception {
    List<Value> one = List.of(Value.Int.of(1));
    assertThat(StandardAggregation.MEAN.standardError(one, Bootstrap.of(10))).isEmpty();
    assertThat(StandardAggregation.MEAN.standardError(values(), Bootstrap.of(0))).isEmpty();
  }

  @Test
  void weightedFiguresDivideByTheSumOfWeights() throws Exception {
    List<Value> texts = List.of(weighted(-6, 2), weighted(-2, 6));
    assertThat(StandardAggregation.WEIGHTED_PERPLEXITY.of(texts)).isEqualTo(Math.E, offset(1e-15));
    assertThat(StandardAggregation.BITS_PER_BYTE.of(texts))
        .isEqualTo(1 / Math.log(2), offset(1e-15));
    assertThat(StandardAggregation.BITS_PER_BYTE.standardError(texts, Bootstrap.of(10))).isEmpty();
  }

  private static Value weighted(double logLikelihood, long weight) {
    return Value.Tuple.of(new Value.Real(logLikelihood), Value.Int.of(weight));
  }

  @Test
  void theMedianOfAnEvenCountIsTheUpperMiddleAndNansAreLeftOut() {
    assertThat(StandardAggregation.MEDIAN.of(List.of(Value.Int.of(1), Value.Int.of(5))))
        .isEqualTo(5);
    List<Value> withNan = List.of(new Value.Real(Double.NaN), Value.Int.of(5));
    assertThat(StandardAggregation.NANMEAN.of(withNan)).isEqualTo(5);
    assertThat(StandardAggregation.NANMEAN.of(withNan.subList(0, 1))).isNaN();
  }

  @Test
  void aFunctionOfATaskHasNoStandardError() throws Exception {
    Aggregation count = new Aggregation.Custom("count", List::size);
    assertThat(count.of(values())).isEqualTo(40);
    assertThat(count.standardError(values(), Bootstrap.of(10))).isEmpty();
    assertThat(count.isBootstrapped()).isFalse();
  }

  @Test
  void valuesOfAnotherKindAreRefused() {
    assertRefused(
        () -> StandardAggregation.MEAN.of(List.of(Value.of("x"))),
        "aggregation 'mean' is of numbers; a document gave 'str'");
    assertRefused(
        () -> StandardAggregation.BLEU.of(List.of(Value.Int.of(1))),
        "aggregation 'bleu' is of pairs; a document gave 'int'");
    assertRefused(
        () -> StandardAggregation.F1.of(List.of(Value.Tuple.of(Value.Int.of(2), Value.Int.of(0)))),
        "aggregation 'f1' is of the labels 0 and 1; documents have others, so use a mean of another"
            + " metric");
    assertRefused(
        () -> StandardAggregation.named("mode"),
        "unknown aggregation 'mode'; known are mean, median, nanmean, perplexity,"
            + " weighted_perplexity, bits_per_byte, f1, matthews_corrcoef, brier_score, bleu, chrf,"
            + " chrf++, ter, bypass");
  }

  private static void assertRefused(Runnable call, String message) {
    assertThatThrownBy(call::run).isInstanceOf(UserException.class).hasMessage(message);
  }
}
