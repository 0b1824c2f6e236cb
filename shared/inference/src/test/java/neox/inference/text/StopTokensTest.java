package neox.inference.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Random;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;

class StopTokensTest {
  @Test
  void stopWhereNeoXStops() throws Exception {
    Path file =
        Path.of(StopTokensTest.class.getResource("/golden/sampling/stop_tokens.json").toURI());
    int compared = 0;
    for (JsonNode test : Json.read(file)) {
      List<int[]> sequences = new ArrayList<>();
      test.get("stop_tokens").forEach(sequence -> sequences.add(ids(sequence)));
      int[] tokens = ids(test.get("context").get(test.get("batch").asInt()));
      int count = test.get("current_index").asInt() + 1;
      StopTokens stop = StopTokens.none().withSequences(sequences);
      assertThat(stop.complete(tokens, count) > 0).isEqualTo(test.get("result").asBoolean());
      compared++;
    }
    assertThat(compared).isEqualTo(6);
  }

  private static int[] ids(JsonNode array) {
    return Json.mapper().convertValue(array, int[].class);
  }

  @Test
  void knowHowMuchOfATextMayBecomeAStop() {
    StopTokens stop =
        StopTokens.none().withSequences(List.of(new int[] {1, 2, 1, 3}, new int[] {2, 2}));
    assertThat(stop.begun(new int[] {5, 1, 2, 1, 9}, 4)).isEqualTo(3);
    assertThat(stop.begun(new int[] {5, 1, 2, 1, 2}, 5)).isEqualTo(2);
    assertThat(stop.begun(new int[] {5, 2}, 2)).isEqualTo(1);
    assertThat(stop.begun(new int[] {5, 2}, 1)).isZero();
    assertThat(stop.complete(new int[] {2, 2, 2}, 3)).isEqualTo(2);
    assertThat(stop.complete(new int[] {2}, 1)).isZero();
  }

  /// What was told as no beginning never becomes part of a stop.
  @Test
  void neverTakeBackWhatWasNoBeginning() {
    Random random = new Random(4);
    for (int trial = 0; trial < 2000; trial++) {
      List<int[]> sequences = new ArrayList<>();
      for (int i = random.nextInt(3); i >= 0; i--) {
        sequences.add(random.ints(1 + random.nextInt(4), 0, 2).toArray());
      }
      StopTokens stop = StopTokens.none().withSequences(sequences);
      int[] text = random.ints(12, 0, 2).toArray();
      int told = 0;
      for (int count = 1; count <= text.length; count++) {
        int complete = stop.complete(text, count);
        if (complete > 0) {
          assertThat(count - complete).as(Arrays.toString(text)).isGreaterThanOrEqualTo(told);
          break;
        }
        told = count - stop.begun(text, count);
      }
    }
  }

  @Test
  void areTheEndsOfATokenizerThatHasOne() {
    assertThat(StopTokens.at(OptionalInt.of(7)).isEnd(7)).isTrue();
    assertThat(StopTokens.at(OptionalInt.of(7)).isEnd(8)).isFalse();
    assertThat(StopTokens.at(OptionalInt.empty()).isEnd(0)).isFalse();
    assertThatThrownBy(() -> StopTokens.none().withSequences(List.of(new int[0])))
        .hasMessage("no tokens stop a text");
  }
}
