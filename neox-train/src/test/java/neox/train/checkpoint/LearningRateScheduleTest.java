package neox.train.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import neox.base.json.Json;
import neox.config.DecayStyle;
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
    var cosine = new LearningRateSchedule(DecayStyle.Whole.COSINE, 1, 0.1, 2, 10);
    assertThat(cosine.rate(11)).isEqualTo(0.1);
    assertThat(cosine.rate(15)).isEqualTo(0.1);
    var exponential = new LearningRateSchedule(DecayStyle.Whole.EXPONENTIAL, 1, 0, 0, 10);
    assertThat(exponential.rate(1_000)).isEqualTo(exponential.rate(11)).isEqualTo(Math.exp(-0.693));
  }

  @Test
  void aWarmupOverTheWholeDecayEndsAtThePeak() {
    for (DecayStyle style : DecayStyle.Whole.values()) {
      var schedule = new LearningRateSchedule(style, 0.5, 0.1, 10, 10);
      assertThat(schedule.rate(6)).isEqualTo(0.25);
      assertThat(schedule.rate(11)).isEqualTo(0.5);
      assertThat(schedule.rate(12)).isEqualTo(0.5);
    }
  }

  @Test
  void warmsUpStaysAndDecaysOverTheLastSteps() {
    for (DecayStyle.WsdShape shape : DecayStyle.WsdShape.values()) {
      var schedule = new LearningRateSchedule(new DecayStyle.Wsd(shape, 25), 0.5, 0.1, 10, 100);
      assertThat(schedule.rate(1)).isEqualTo(0.05);
      assertThat(schedule.rate(6)).isEqualTo(0.25);
      for (long step = 11; step <= 76; step++) {
        assertThat(schedule.rate(step)).as("step %d", step).isEqualTo(0.5);
      }
      for (long step = 77; step <= 101; step++) {
        double r = (step - 76) / 25.0;
        double left =
            switch (shape) {
              case LINEAR -> 1 - r;
              case MINUS_SQRT -> 1 - Math.sqrt(r);
            };
        assertThat(schedule.rate(step))
            .as("%s, step %d", shape, step)
            .isCloseTo(0.1 + 0.4 * left, within(1e-15));
      }
      assertThat(schedule.rate(1_000)).isEqualTo(schedule.rate(101)).isEqualTo(0.1);
    }
  }

  @Test
  void aDecayOfWsdOverAllButTheWarmupHasNoStablePart() {
    var style = new DecayStyle.Wsd(DecayStyle.WsdShape.LINEAR, 90);
    var schedule = new LearningRateSchedule(style, 1, 0, 10, 100);
    assertThat(schedule.rate(11)).isEqualTo(1);
    assertThat(schedule.rate(12)).isCloseTo(89 / 90.0, within(1e-15));
  }

  @Test
  void neverRisesOnceItHasFallen() {
    List<DecayStyle> styles = new ArrayList<>(List.of(DecayStyle.Whole.values()));
    for (DecayStyle.WsdShape shape : DecayStyle.WsdShape.values()) {
      styles.add(new DecayStyle.Wsd(shape, 7));
    }
    for (DecayStyle style : styles) {
      for (double warmup : new double[] {0, 0.5, 2.5, 13}) {
        var schedule = new LearningRateSchedule(style, 1, 0.01, warmup, 20);
        for (long step = (long) warmup + 2; step < 100; step++) {
          assertThat(schedule.rate(step + 1))
              .as("%s after step %d", schedule, step)
              .isLessThanOrEqualTo(schedule.rate(step));
        }
      }
    }
  }

  private static LearningRateSchedule scheduleOf(JsonNode golden) {
    return new LearningRateSchedule(
        DecayStyle.Whole.valueOf(golden.get("decay_style").asText().toUpperCase(Locale.ROOT)),
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
