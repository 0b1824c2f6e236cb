package neox.train.stability;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.json.Json;
import neox.config.LossScaleConfig;
import org.junit.jupiter.api.Test;

class LossScalingTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/scaler/loss_scaler.json");

  @Test
  void replaysEveryRunOfBothDynamicScalers() throws IOException {
    JsonNode golden = golden();
    JsonNode script = golden.get("overflow_script");
    int runs = 0;
    for (JsonNode run : golden.get("runs")) {
      LossScaling scaling = rules(run);
      LossScale scale = scaling.first();
      for (JsonNode step : run.get("trace")) {
        assertThat(scale.scale()).isEqualTo(step.get("scale_used").asDouble());
        assertThat(step.get("overflow").asInt())
            .isEqualTo(script.get(step.get("cur_iter").asInt() - 1).asInt());
        assertThat(scaling.isExhaustedAt(scale) && step.get("overflow").asInt() == 1).isFalse();
        scale = scaling.next(scale, step.get("overflow").asInt() == 1);
        assertSameState(scaling, scale, step);
      }
      if (run.hasNonNull("error")) {
        assertThat(run.get("error").get("at").asInt()).isEqualTo(run.get("trace").size());
        assertThat(scaling.isExhaustedAt(scale)).isTrue();
      }
      runs++;
    }
    assertThat(runs).isEqualTo(8);
  }

  @Test
  void aConstantStays() throws IOException {
    double factor = golden().get("non_half").get("static half").asDouble();
    LossScaling constant = new LossScaling.Constant(factor);
    LossScale scale = constant.next(constant.next(constant.first(), true), false);
    assertThat(scale.scale()).isEqualTo(128);
  }

  @Test
  void dynamicRulesTakeOverTheScaleOfTheRunTheyContinue() {
    LossScale saved = new LossScale(512, 4, 30, 28);
    LossScaling sharded = LossScaling.of(new LossScaleConfig.Dynamic(65536, 1000, 1, 2, false), 1);
    assertThat(sharded.resumed(saved)).isEqualTo(new LossScale(512, 2, 30, 28));
    LossScaling replicated =
        LossScaling.of(new LossScaleConfig.Dynamic(65536, 1000, 1, 2, false), 0);
    assertThat(replicated.resumed(saved)).isEqualTo(new LossScale(512, 1, 30, 28));
  }

  @Test
  void aRunWhoseLossWasNotScaledGoesOnWithTheFirstScale() {
    LossScaling dynamic = LossScaling.of(new LossScaleConfig.Dynamic(65536, 1000, 1, 2, false), 1);
    LossScale saved = new LossScaling.None().next(new LossScaling.None().first(), false);
    assertThat(dynamic.resumed(saved)).isEqualTo(dynamic.first());
  }

  @Test
  void aConfiguredConstantWinsOverTheScaleOfTheRunItContinues() {
    LossScaling constant = LossScaling.of(new LossScaleConfig.Constant(64), 0);
    assertThat(constant.resumed(new LossScale(512, 1, 30, 28)).scale()).isEqualTo(64);
  }

  private static JsonNode golden() throws IOException {
    return Json.parse(Files.readString(GOLDEN), GOLDEN.toString());
  }

  private static void assertSameState(LossScaling scaling, LossScale scale, JsonNode after) {
    assertThat(scale.scale()).isEqualTo(after.get("scale_after").asDouble());
    assertThat(scale.step()).isEqualTo(after.get("cur_iter").asLong());
    assertThat(scale.lastOverflow()).isEqualTo(after.get("last_overflow_iter").asLong());
    if (scaling instanceof LossScaling.Sharded) {
      assertThat(scale.patience()).isEqualTo(after.get("cur_hysteresis").asInt());
    }
  }

  private static LossScaling rules(JsonNode run) {
    JsonNode args = run.get("args");
    if (args.isNull()) { // DeepSpeed's defaults
      return new LossScaling.Replicated(new LossScaling.Rules(0x1p32, 1000, 1));
    }
    LossScaling.Rules rules =
        new LossScaling.Rules(
            args.get("init_scale").asDouble(),
            args.get("scale_window").asLong(),
            args.get("min_scale").asDouble());
    if (!args.has("delayed_shift")) {
      return new LossScaling.Replicated(rules);
    }
    return new LossScaling.Sharded(
        rules,
        new LossScaling.Hysteresis(
            args.get("delayed_shift").asInt(),
            args.get("consecutive_hysteresis").asBoolean(),
            args.get("raise_error_at_min_scale").asBoolean()));
  }
}
