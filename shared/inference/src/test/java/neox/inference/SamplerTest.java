package neox.inference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import neox.base.UserException;
import neox.base.json.Json;
import neox.tensor.NativeRuntime;
import neox.tensor.RandomState;
import neox.tensor.Scope;
import neox.tensor.TensorData;
import org.bytedeco.pytorch.Tensor;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SamplerTest {
  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @Test
  void filtersAsNeoXDoesInEveryCombination() throws IOException {
    JsonNode golden = Json.read(Pythia.golden("sampling/filter_logits.json"));
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
    try (var _ = Scope.open()) {
      Tensor input = TensorData.ofFloats(logits, logits.length);
      if (test.has("greedy")) {
        assertThat(sampler.isGreedy()).isTrue();
        assertThat(sampler.next(input)).isEqualTo(test.get("greedy").get(row).asInt());
        return;
      }
      float[] expected = floats(test.get("filtered").get(row));
      assertThat(TensorData.floats(sampler.filter(input)))
          .as("%s on %s row %d", sampler, test.get("input"), row)
          .isEqualTo(expected);
    }
  }

  private static float[] floats(JsonNode row) {
    float[] values = new float[row.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = row.get(i).isNull() ? Float.NEGATIVE_INFINITY : (float) row.get(i).asDouble();
    }
    return values;
  }

  @Test
  void drawsOnlyWhatTheFiltersKeepAndFollowsTheSeed() {
    float[] logits = {1, 5, 4, 5, -2};
    Sampler sampler = new Sampler(1.0, 2, 0);
    try (var _ = Scope.open()) {
      Tensor input = TensorData.ofFloats(logits, 5);
      Set<Integer> drawn = new HashSet<>();
      RandomState.seed(11);
      int[] first = new int[40];
      for (int i = 0; i < first.length; i++) {
        first[i] = sampler.next(input);
        drawn.add(first[i]);
      }
      assertThat(drawn).containsExactlyInAnyOrder(1, 3);
      RandomState.seed(11);
      for (int expected : first) {
        assertThat(sampler.next(input)).isEqualTo(expected);
      }
    }
  }

  @Test
  void keepsEverythingWhenTopKExceedsTheVocabulary() {
    try (var _ = Scope.open()) {
      Tensor input = TensorData.ofFloats(new float[] {1, 2}, 2);
      assertThat(TensorData.floats(new Sampler(0, 9, 0).filter(input))).containsExactly(1f, 2f);
    }
  }

  @Test
  void takesTheFirstOfEqualsWhenGreedy() {
    try (var _ = Scope.open()) {
      assertThat(Sampler.greedy().next(TensorData.ofFloats(new float[] {0, 7, 7}, 3))).isOne();
    }
  }

  @Test
  void refusesSettingsOutOfRange() {
    assertThatThrownBy(() -> new Sampler(-1, 0, 0))
        .isInstanceOf(UserException.class)
        .hasMessage("temperature -1.0: expected a number from 0 on");
    assertThatThrownBy(() -> new Sampler(Double.NaN, 0, 0))
        .hasMessage("temperature NaN: expected a number from 0 on");
    assertThatThrownBy(() -> new Sampler(0, -3, 0))
        .hasMessage("top-k -3: expected a count from 0 (off) on");
    assertThatThrownBy(() -> new Sampler(0, 0, 1.5))
        .hasMessage("top-p 1.5: expected a probability from 0 (off) to 1");
  }
}
