package neox.train.optimizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import neox.base.UserException;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;

class LossScaleTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/scaler/loss_scaler.json");

  @Test
  void replaysEveryRunOfBothDynamicScalers() throws IOException {
    JsonNode golden = golden();
    JsonNode script = golden.get("overflow_script");
    int runs = 0;
    for (JsonNode run : golden.get("runs")) {
      LossScale scale = first(run);
      for (JsonNode step : run.get("trace")) {
        assertThat(scale.scale()).isEqualTo(step.get("scale_used").asDouble());
        assertThat(step.get("overflow").asInt())
            .isEqualTo(script.get(step.get("cur_iter").asInt() - 1).asInt());
        scale = scale.next(step.get("overflow").asInt() == 1);
        assertSameState(scale, step);
      }
      if (run.hasNonNull("error")) {
        LossScale last = scale;
        assertThat(run.get("error").get("at").asInt()).isEqualTo(run.get("trace").size());
        assertThatThrownBy(() -> last.next(true))
            .isInstanceOf(UserException.class)
            .hasMessageContaining("gradients overflow although the loss scale is at its minimum");
      }
      runs++;
    }
    assertThat(runs).isEqualTo(8);
  }

  @Test
  void aConstantStays() throws IOException {
    double scale = golden().get("non_half").get("static half").asDouble();
    LossScale constant = new LossScale.Constant(scale);
    assertThat(constant.next(true).next(false).scale()).isEqualTo(128);
  }

  private static JsonNode golden() throws IOException {
    return Json.parse(Files.readString(GOLDEN), GOLDEN.toString());
  }

  private static void assertSameState(LossScale scale, JsonNode after) {
    assertThat(scale.scale()).isEqualTo(after.get("scale_after").asDouble());
    switch (scale) {
      case LossScale.Constant _ -> throw new AssertionError("not in the golden file");
      case LossScale.Sharded sharded -> {
        assertThat(sharded.patience()).isEqualTo(after.get("cur_hysteresis").asInt());
        assertThat(sharded.step()).isEqualTo(after.get("cur_iter").asLong());
        assertThat(sharded.lastOverflow()).isEqualTo(after.get("last_overflow_iter").asLong());
      }
      case LossScale.Replicated replicated -> {
        assertThat(replicated.step()).isEqualTo(after.get("cur_iter").asLong());
        assertThat(replicated.lastOverflow()).isEqualTo(after.get("last_overflow_iter").asLong());
      }
    }
  }

  private static LossScale first(JsonNode run) {
    JsonNode args = run.get("args");
    if (args.isNull()) { // DeepSpeed's defaults
      return LossScale.Replicated.first(0x1p32, new LossScale.Rules(1000, 1));
    }
    double scale = args.get("init_scale").asDouble();
    LossScale.Rules rules =
        new LossScale.Rules(args.get("scale_window").asLong(), args.get("min_scale").asDouble());
    if (!args.has("delayed_shift")) {
      return LossScale.Replicated.first(scale, rules);
    }
    return LossScale.Sharded.first(
        scale,
        rules,
        new LossScale.Sharded.Hysteresis(
            args.get("delayed_shift").asInt(),
            args.get("consecutive_hysteresis").asBoolean(),
            args.get("raise_error_at_min_scale").asBoolean()));
  }
}
