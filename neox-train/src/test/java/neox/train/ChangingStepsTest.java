package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import neox.base.ExitCode;
import neox.base.json.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Runs whose batches and sequences grow, which skip steps, or which count tokens.
class ChangingStepsTest {
  /// Batches of 2, then 4 samples; 8 to 32 tokens; without steps 4, 5 and 9; with dropout.
  private static final String[] CHANGES = {
    "checkpoint_factor=100",
    "gradient_accumulation_steps=2",
    "rampup_batch_size=[2, 2, 10]",
    "skip_steps=[4-5, 9]",
    "curriculum_learning={enabled: true, curriculum_type: seqlen, min_difficulty: 8,"
        + " max_difficulty: 32, schedule_type: fixed_linear, schedule_config:"
        + " {total_curriculum_step: 8, difficulty_step: 4}}"
  };

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @Test
  void aRunThatIsStoppedAnywhereEndsWithTheSameBits() throws IOException {
    TrainFixture.Result whole = fixture.run("whole", CHANGES);
    assertThat(whole.code()).as(whole.err()).isEqualTo(ExitCode.OK);
    assertThat(whole.err())
        .contains("skip_steps: passing over steps 4 to 5, whose 4 samples are never read")
        .contains("skip_steps: passing over step 9, whose 4 samples are never read");
    Random random = new Random(3);
    for (int round = 0; round < 2; round++) {
      String name = "round" + round;
      int first = 2 + random.nextInt(4);
      stop(name, first);
      stop(name, first + 1 + random.nextInt(5));
      TrainFixture.Result end = fixture.run(name, CHANGES);
      assertThat(end.code()).as(end.err()).isEqualTo(ExitCode.OK);
      assertSameBits(name, "whole");
    }
  }

  /// @param step that is the last before the stop, skipped or not
  private void stop(String name, int step) {
    List<String> overrides = new ArrayList<>(List.of(CHANGES));
    overrides.add("exit_interval=" + step);
    TrainFixture.Result result = fixture.run(name, overrides.toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.STOPPED);
    assertThat(result.err()).contains("stopped after step " + step + ";");
  }

  private void assertSameBits(String actual, String expected) throws IOException {
    fixture.assertSameCheckpoints(actual, expected, 12);
    assertThat(losses(actual)).isEqualTo(losses(expected)).hasSize(9);
  }

  @Test
  void countsTheTokensThatWereTrainedOn() throws IOException {
    fixture.run("run", CHANGES);
    Map<Long, JsonNode> steps = metrics("run");
    // 8 + (32 - 8) · n / 8, down to a multiple of 4: 8, 12, 16, then 24 for steps 6, 28 and 32
    long[] samples = {2, 2, 2, 0, 0, 4, 4, 4, 0, 4, 4, 4};
    long[] lengths = {8, 12, 16, 20, 20, 24, 28, 32, 32, 32, 32, 32};
    long tokens = 0;
    for (int i = 0; i < 12; i++) {
      tokens += samples[i] * lengths[i];
      assertThat(steps.containsKey(i + 1L)).isEqualTo(samples[i] > 0);
      if (samples[i] > 0) {
        assertThat(at(steps, i + 1, "train/tokens_seen")).isEqualTo((double) tokens);
      }
    }
    JsonNode state = Json.read(directory.resolve("run/global_step12/train_state.json"));
    assertThat(state.get("tokens").asLong()).isEqualTo(tokens);
    // passed over: steps 4 and 5 of 2 samples, step 9 of 4
    assertThat(state.get("samples").asLong()).isEqualTo(30 + 8);
    assertThat(state.get("data").get("next_sample").asLong()).isEqualTo(30 + 8);
  }

  /// The learning rate waits while steps are passed over, as it does in Megatron-LM.
  @Test
  void theRateFollowsTheStepsThatWereTaken() throws IOException {
    String[] few = {"train_iters=6", "checkpoint_factor=100", "lr_decay_iters=12"};
    fixture.run("plain", few);
    fixture.run("jumping", few[0], few[1], few[2], "skip_steps=[3-4]");
    double afterTwo = at(metrics("plain"), 2, "train/learning_rate");
    assertThat(at(metrics("jumping"), 2, "train/learning_rate")).isEqualTo(afterTwo);
    assertThat(at(metrics("jumping"), 5, "train/learning_rate"))
        .isEqualTo(at(metrics("plain"), 3, "train/learning_rate"));
  }

  /// 640 tokens are 5 steps of 128; after three of those, two thirds of another batch are left.
  @Test
  void aRunEndsWithItsTokensWhateverItsBatches() throws IOException {
    String[] tokens = {"train_iters=null", "train_tokens=640", "checkpoint_factor=100"};
    TrainFixture.Result first =
        fixture.run("run", tokens[0], tokens[1], tokens[2], "exit_interval=3");
    assertThat(first.code()).as(first.err()).isEqualTo(ExitCode.STOPPED);
    assertThat(first.err()).contains("train_tokens: 640 tokens are complete after step 5\n");
    TrainFixture.Result rest =
        fixture.run("run", tokens[0], tokens[1], tokens[2], "train_micro_batch_size_per_gpu=3");
    assertThat(rest.code()).as(rest.err()).isEqualTo(ExitCode.OK);
    assertThat(rest.err()).contains("train_tokens: 640 tokens are complete after step 5\n");
    TrainFixture.Result small =
        fixture.run(
            "run", tokens[0], "train_tokens=900", tokens[2], "gradient_accumulation_steps=1");
    assertThat(small.err()).contains("train_tokens: 900 tokens are complete after step 8\n");
    assertThat(at(metrics("run"), 5, "train/tokens_seen")).isEqualTo(3 * 128 + 2 * 6 * 32);
    TrainFixture.Result done = fixture.run("run", tokens);
    assertThat(done.err()).contains("all 8 steps are done already: nothing to do");
  }

  private List<Double> losses(String name) throws IOException {
    return metrics(name).values().stream().map(row -> row.get("train/lm_loss").asDouble()).toList();
  }

  private static double at(Map<Long, JsonNode> steps, long step, String name) {
    return Objects.requireNonNull(steps.get(step), "step " + step).get(name).asDouble();
  }

  private Map<Long, JsonNode> metrics(String name) throws IOException {
    return Records.steps(directory.resolve(name).resolve("metrics.jsonl"));
  }
}
