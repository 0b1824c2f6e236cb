package neox.inference.sampling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import neox.base.UserException;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;

class SamplerTest {
  private static final float OUT = Float.NEGATIVE_INFINITY;

  private static JsonNode golden(String name) throws Exception {
    return Json.read(Path.of(SamplerTest.class.getResource("/golden/sampling/" + name).toURI()));
  }

  @Test
  void filtersAsNeoXDoesInEveryCombination() throws Exception {
    JsonNode golden = golden("filter_logits.json");
    int compared = 0;
    for (JsonNode test : golden.get("cases")) {
      Sampler sampler =
          new Sampler(
              test.get("temperature").asDouble(),
              test.get("top_k").asInt(),
              test.get("top_p").asDouble());
      JsonNode rows = golden.get("inputs").get(test.get("input").asText());
      for (int row = 0; row < rows.size(); row++) {
        compare(sampler, floats(rows.get(row)), test, row);
        compared++;
      }
    }
    assertThat(compared).isGreaterThan(500);
  }

  private static void compare(Sampler sampler, float[] logits, JsonNode test, int row) {
    if (test.has("greedy")) {
      assertThat(sampler.next(logits, 0.9)).isEqualTo(test.get("greedy").get(row).asInt());
      return;
    }
    float[] expected = floats(test.get("filtered").get(row));
    assertThat(filtered(sampler, logits))
        .as("%s on %s row %d", sampler, test.get("input"), row)
        .isEqualTo(expected);
  }

  private static float[] floats(JsonNode row) {
    float[] values = new float[row.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(i).isNull() ? OUT : (float) row.get(i).asDouble();
    }
    return values;
  }

  private static float[] filtered(Sampler sampler, float... logits) {
    float[] changed = logits.clone();
    sampler.filter(changed);
    return changed;
  }

  /// The nucleus of a large vocabulary, whose unlikely tokens are never sorted, against sorting
  /// all.
  @Test
  void keepsTheNucleusOfALargeVocabulary() {
    Random random = new Random(3);
    for (double spread : new double[] {0.01, 1, 5, 30}) {
      float[] logits = new float[3000];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = (float) (spread * random.nextGaussian());
      }
      for (double p : new double[] {0.001, 0.3, 0.9, 0.999999}) {
        assertThat(filtered(new Sampler(1, 0, p), logits)).isEqualTo(nucleus(logits, p));
      }
    }
  }

  private static float[] nucleus(float[] logits, double p) {
    Integer[] order = new Integer[logits.length];
    double total = 0;
    for (int i = 0; i < order.length; i++) {
      order[i] = i;
      total += Math.exp(logits[i]);
    }
    Arrays.sort(order, (a, b) -> Float.compare(logits[b], logits[a]));
    float[] kept = new float[logits.length];
    Arrays.fill(kept, OUT);
    double reached = 0;
    for (int i = 0; i < order.length && reached <= p * total; i++) {
      kept[order[i]] = logits[order[i]];
      reached += Math.exp(logits[order[i]]);
    }
    return kept;
  }

  @Test
  void keepsTheKLargestAndTheirEquals() {
    Random random = new Random(5);
    for (int trial = 0; trial < 200; trial++) {
      float[] logits = new float[1 + random.nextInt(40)];
      for (int i = 0; i < logits.length; i++) {
        logits[i] = random.nextInt(12) - 6;
      }
      int k = 1 + random.nextInt(45);
      float[] sorted = logits.clone();
      Arrays.sort(sorted);
      float least = sorted[Math.max(0, sorted.length - k)];
      float[] expected = logits.clone();
      for (int i = 0; i < expected.length; i++) {
        expected[i] = logits[i] < least ? OUT : logits[i];
      }
      assertThat(filtered(new Sampler(0, k, 0), logits)).isEqualTo(expected);
    }
  }

  @Test
  void keepsWhatIsNotMuchLessLikelyThanTheLikeliest() {
    float half = (float) Math.log(0.5);
    float third = (float) Math.log(1 / 3.0);
    Sampler sampler = new Sampler(1, 0, 0).withMinP(0.4);
    assertThat(filtered(sampler, third, 0, half)).containsExactly(OUT, 0, half);
    assertThat(filtered(sampler.withMinP(1), 2, 1, 2)).containsExactly(2, OUT, 2);
    assertThat(filtered(sampler.withMinP(0), third, 0, half)).containsExactly(third, 0, half);
  }

  @Test
  void filtersAsTransformersDoes() throws Exception {
    JsonNode cases = golden("transformers.json").get("cases");
    assertThat(cases).hasSize(6);
    for (JsonNode test : cases) {
      Sampler sampler =
          new Sampler(
              test.get("temperature").asDouble(),
              test.get("top_k").asInt(),
              test.get("top_p").asDouble(),
              test.get("min_p").asDouble(),
              test.get("repetition_penalty").asDouble());
      float[] logits = floats(test.get("logits"));
      int[] context = Json.mapper().convertValue(test.get("context"), int[].class);
      Arrays.stream(context)
          .distinct()
          .forEach(token -> logits[token] = sampler.penalized(logits[token]));
      assertThat(filtered(sampler, logits))
          .as("%s", sampler)
          .containsExactly(floats(test.get("filtered")), within(1e-5f));
    }
  }

  @Test
  void aTokenThatIsInTheTextOnceOrTwiceIsPenalizedOnce() {
    Sampler sampler = Sampler.greedy().withRepetitionPenalty(1.5);
    TokenSampler tokens =
        new TokenSampler(sampler, TokenDetails.NONE, RandomStream.of(1), new int[] {0, 3, 3});
    float[] logits = {3, 2.5f, 1, -1};
    assertThat(tokens.next(logits).token()).isEqualTo(1); // 2, 2.5, 1, -1.5
    assertThat(tokens.next(logits).token()).isEqualTo(0); // 2, 1.67, 1, -1.5
    assertThat(logits).containsExactly(3, 2.5f, 1, -1);
  }

  @Test
  void takesTheFirstOfTheLikeliestAtTemperatureZeroWhateverTheFilters() {
    float[] logits = {0, 7, 7};
    for (double uniform : new double[] {0, 0.5, 0.99}) {
      assertThat(Sampler.greedy().next(logits.clone(), uniform)).isOne();
      assertThat(new Sampler(0, 3, 0.99).next(logits.clone(), uniform)).isOne();
    }
  }

  @Test
  void drawsWhatHoldsTheNumberInTheOrderOfTheVocabulary() {
    float quarter = (float) Math.log(0.25);
    float[] logits = {quarter, OUT, 2 * quarter + (float) Math.log(4), quarter, quarter};
    Sampler sampler = new Sampler(1, 0, 0);
    assertThat(sampler.next(logits.clone(), 0)).isEqualTo(0);
    assertThat(sampler.next(logits.clone(), 0.2)).isEqualTo(0);
    assertThat(sampler.next(logits.clone(), 0.3)).isEqualTo(2);
    assertThat(sampler.next(logits.clone(), 0.6)).isEqualTo(3);
    assertThat(sampler.next(logits.clone(), Math.nextDown(1.0))).isEqualTo(4);
  }

  @Test
  void refusesLogitsThatAreNoNumbers() {
    for (float bad : new float[] {Float.NaN, Float.POSITIVE_INFINITY}) {
      for (Sampler sampler :
          new Sampler[] {
            new Sampler(1, 0, 0), new Sampler(1, 2, 0), new Sampler(1, 0, 0.5), Sampler.greedy()
          }) {
        assertThatThrownBy(() -> sampler.next(new float[] {bad, 1, 2}, 0.5))
            .isInstanceOf(NotANumberException.class)
            .hasMessage(String.valueOf(bad));
      }
    }
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThatThrownBy(() -> new Sampler(-1, 0, 0))
        .isInstanceOf(UserException.class)
        .hasMessage("temperature -1.0: expected a number from 0 on");
    assertThatThrownBy(() -> new Sampler(Double.NaN, 0, 0))
        .hasMessage("temperature NaN: expected a number from 0 on");
    assertThatThrownBy(() -> new Sampler(1e-9, 0, 0))
        .hasMessage("temperature 1.0E-9: expected at least 1.0E-6, or 0 for the likeliest token");
    assertThatThrownBy(() -> new Sampler(0, -3, 0))
        .hasMessage("top-k -3: expected a count from 0 (off) on");
    assertThatThrownBy(() -> new Sampler(0, 0, 1.5))
        .hasMessage("top-p 1.5: expected a probability from 0 (off) to 1");
    assertThatThrownBy(() -> Sampler.greedy().withMinP(-0.1))
        .hasMessage("min-p -0.1: expected a share from 0 (off) to 1");
    assertThatThrownBy(() -> Sampler.greedy().withRepetitionPenalty(0))
        .hasMessage("repetition penalty 0.0: expected a number above 0; 1 is none");
    assertThatThrownBy(() -> TokenDetails.NONE.withLogprobs(-1))
        .hasMessage("log-probabilities of -1 tokens: expected a count from 0 on");
  }
}
