package neox.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import neox.base.json.Json;
import neox.config.ScheduleConfig.DecayStyle;
import org.junit.jupiter.api.Test;

class LearningRateScheduleTest {
  @Test
  void followsEverySchedulerOfNeoxUpToItsEnd() throws IOException {
    int compared = 0;
    for (JsonNode golden : golden().get("schedules")) {
      if (!golden.has("decay_style")) {
        continue; // muP scales per parameter group; not a schedule of its own
      }
      LearningRateSchedule schedule = scheduleOf(golden);
      JsonNode rates = golden.get("lr_used_by_step");
      for (int n = 0; n < Math.min(rates.size(), schedule.decaySteps() + 1); n++) {
        double expected = rates.get(n).asDouble();
        // Both sides are double arithmetic in a slightly different order.
        assertThat(schedule.rate(n + 1))
            .as("%s, step %d", schedule, n + 1)
            .isCloseTo(expected, within(1e-12 * expected));
      }
      compared++;
    }
    assertThat(compared).isEqualTo(160);
  }

  @Test
  void linearAndConstantAgreeWithNeoxPastTheEndToo() throws IOException {
    for (JsonNode golden : golden().get("schedules")) {
      String style = golden.path("decay_style").asText();
      if (!style.equals("linear") && !style.equals("constant")) {
        continue;
      }
      LearningRateSchedule schedule = scheduleOf(golden);
      JsonNode rates = golden.get("lr_used_by_step");
      for (int n = 0; n < rates.size(); n++) {
        double expected = rates.get(n).asDouble();
        assertThat(schedule.rate(n + 1)).isCloseTo(expected, within(1e-12 * expected));
      }
    }
  }

  @Test
  void staysWhereTheDecayEnded() {
    var cosine = new LearningRateSchedule(DecayStyle.COSINE, 1, 0.1, 2, 10);
    assertThat(cosine.rate(11)).isEqualTo(0.1);
    assertThat(cosine.rate(15)).isEqualTo(0.1);
    var exponential = new LearningRateSchedule(DecayStyle.EXPONENTIAL, 1, 0, 0, 10);
    assertThat(exponential.rate(1_000)).isEqualTo(exponential.rate(11)).isEqualTo(Math.exp(-0.693));
  }

  @Test
  void aWarmupOverTheWholeDecayEndsAtThePeak() {
    for (DecayStyle style : DecayStyle.values()) {
      var schedule = new LearningRateSchedule(style, 0.5, 0.1, 10, 10);
      assertThat(schedule.rate(6)).isEqualTo(0.25);
      assertThat(schedule.rate(11)).isEqualTo(0.5);
      assertThat(schedule.rate(12)).isEqualTo(0.5);
    }
  }

  private static LearningRateSchedule scheduleOf(JsonNode golden) {
    return new LearningRateSchedule(
        DecayStyle.valueOf(golden.get("decay_style").asText().toUpperCase(Locale.ROOT)),
        golden.get("start_lr").asDouble(),
        golden.get("min_lr").asDouble(),
        golden.get("warmup_iter").asDouble(),
        golden.get("lr_decay_iters").asLong());
  }

  private static JsonNode golden() throws IOException {
    try (InputStream in =
        LearningRateScheduleTest.class.getResourceAsStream("/golden/lr/annealing_lr.json")) {
      return Json.mapper().readTree(in);
    }
  }
}
