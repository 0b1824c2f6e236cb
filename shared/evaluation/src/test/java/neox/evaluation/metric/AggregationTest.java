package neox.evaluation.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.offset;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import neox.evaluation.Golden;
import org.junit.jupiter.api.Test;

class AggregationTest {
  private static final JsonNode GOLDEN = Golden.json("bootstrap.json").get("bootstrap");

  private static List<Value> values() {
    List<Value> values = new ArrayList<>();
    GOLDEN.get("xs").forEach(x -> values.add(new Value.Real(x.asDouble())));
    return values;
  }

  private static double error(Aggregation aggregation, int iterations, int threads)
      throws InterruptedException {
    return aggregation.standardError(values(), new Bootstrap(iterations, threads)).orElseThrow();
  }

  @Test
  void bootstrapsTheStandardErrorsOfTheHarness() throws Exception {
    // The resamples are identical; exp may differ in the last digit between C libraries.
    assertThat(Aggregation.PERPLEXITY.of(values()))
        .isEqualTo(GOLDEN.get("perplexity").asDouble(), offset(1e-10));
    assertThat(error(Aggregation.PERPLEXITY, 100_000, 2))
        .isEqualTo(GOLDEN.get("perplexity_stderr_100000").asDouble(), offset(1e-9));
    assertThat(error(Aggregation.PERPLEXITY, 1000, 1))
        .isEqualTo(GOLDEN.get("perplexity_stderr_1000").asDouble(), offset(1e-9));
    assertThat(error(Aggregation.MEDIAN, 2000, 1))
        .isEqualTo(GOLDEN.get("median_stderr_2000").asDouble(), offset(1e-12));
  }

  @Test
  void theNumberOfThreadsDoesNotChangeABit() throws Exception {
    assertThat(error(Aggregation.PERPLEXITY, 7000, 1))
        .isEqualTo(error(Aggregation.PERPLEXITY, 7000, 3));
  }

  @Test
  void oneValueOrNoIterationsHaveNoStandardError() throws Exception {
    List<Value> one = List.of(new Value.Whole(1));
    assertThat(Aggregation.MEAN.standardError(one, Bootstrap.of(10))).isEmpty();
    assertThat(Aggregation.MEAN.standardError(values(), Bootstrap.of(0))).isEmpty();
  }

  @Test
  void weightedFiguresDivideByTheSumOfWeights() throws Exception {
    List<Value> texts = List.of(new Value.Weighted(-6, 2), new Value.Weighted(-2, 6));
    assertThat(Aggregation.WEIGHTED_PERPLEXITY.of(texts)).isEqualTo(Math.E, offset(1e-15));
    assertThat(Aggregation.BITS_PER_BYTE.of(texts)).isEqualTo(1 / Math.log(2), offset(1e-15));
    assertThat(Aggregation.BITS_PER_BYTE.standardError(texts, Bootstrap.of(10))).isEmpty();
  }

  @Test
  void theMedianOfAnEvenCountIsTheUpperMiddleAndNansAreLeftOut() {
    assertThat(Aggregation.MEDIAN.of(List.of(new Value.Whole(1), new Value.Whole(5)))).isEqualTo(5);
    assertThat(Aggregation.NANMEAN.of(List.of(new Value.Real(Double.NaN), new Value.Whole(5))))
        .isEqualTo(5);
  }
}
