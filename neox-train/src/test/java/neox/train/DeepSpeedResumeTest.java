package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import neox.base.ExitCode;
import neox.config.ConfigSource;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A run that GPT-NeoX has begun goes on here with its moments.
class DeepSpeedResumeTest {
  private static final Path GOLDEN = TrainFixture.GOLDEN.resolve("A_pythia");
  private static final long SAVED = 10;
  private static final long STEPS = 20;

  /// Two implementations in float32 drift apart by rounding alone: 10 steps give about 1e-6. With
  /// fresh moments the first loss after the next step is off by more than 1e-3.
  private static final double TOLERANCE = 1e-5;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @ParameterizedTest(name = "pipe {0}, data {1}, tensor {2}, ZeRO {3}")
  @CsvSource({"1, 1, 1, 0", "2, 1, 1, 0", "1, 2, 1, 1", "1, 1, 2, 0"})
  void aRunOfNeoxFollowsItsOwnCurveOnAnyLayout(int pipe, int data, int tensor, int zero)
      throws Exception {
    Topology topology = new Topology(pipe, data, tensor);
    Map<String, String> settings = settings();
    settings.put("pipe_parallel_size", String.valueOf(pipe));
    settings.put("model_parallel_size", String.valueOf(tensor));
    settings.put("make_vocab_size_divisible_by", String.valueOf(128 / tensor));
    settings.put("zero_optimization.stage", String.valueOf(zero));
    settings.put("gradient_accumulation_steps", String.valueOf(2 / data));
    settings.put("optimizer.params.eps", "5.0e-9"); // of means: that of sums over two, halved
    ManyRanksTest.train(source(settings), topology, ExitCode.OK);
    assertFollows(2);
  }

  /// Nothing is translated then, neither epsilon nor moments.
  @Test
  void withSumsForGradientsTheMomentsAreTakenAsTheyAre() throws Exception {
    Map<String, String> settings = settings();
    settings.put("grad_accum_reduction", "sum");
    ManyRanksTest.train(source(settings), new Topology(1, 1, 1), ExitCode.OK);
    assertFollows(1);
  }

  @Test
  void noLoadOptimStartsWithFreshMomentsAndRates() throws Exception {
    Map<String, String> settings = settings();
    settings.put("no_load_optim", "true");
    settings.put("exit_interval", "2");
    ManyRanksTest.train(source(settings), new Topology(1, 1, 1), ExitCode.STOPPED);
    double golden = trace().get((int) SAVED + 1).get("lm_loss").asDouble();
    JsonNode step = Objects.requireNonNull(steps().get(SAVED + 2));
    assertThat(Math.abs(step.get("train/lm_loss").asDouble() - golden)).isGreaterThan(1e-3);
    JsonNode first = Objects.requireNonNull(steps().get(SAVED + 1));
    assertThat(first.get("train/learning_rate").asDouble())
        .as("of the second step, of two that warm up")
        .isEqualTo(0.003 / 2);
  }

  private void assertFollows(double normScale) throws IOException {
    Map<Long, JsonNode> ours = steps();
    assertThat(ours.keySet()).first().isEqualTo(SAVED + 1);
    for (JsonNode step : trace().subList((int) SAVED, (int) STEPS)) {
      long number = step.get("iteration").asLong();
      JsonNode actual = Objects.requireNonNull(ours.get(number), "step " + number);
      assertClose(actual, "train/lm_loss", 1, step.get("lm_loss").asDouble());
      assertClose(actual, "train/learning_rate", 1, step.get("lr_after_step").asDouble());
      assertClose(actual, "train/grad_norm", normScale, step.get("grad_norm").asDouble());
    }
  }

  private static void assertClose(JsonNode actual, String name, double scale, double expected) {
    assertThat(actual.get(name).asDouble() * scale)
        .as("%s at step %s", name, actual.get("step"))
        .isCloseTo(expected, within(TOLERANCE * Math.abs(expected)));
  }

  private static List<JsonNode> trace() throws IOException {
    return Records.lines(GOLDEN.resolve("trace.jsonl"));
  }

  private Map<Long, JsonNode> steps() throws IOException {
    return Records.steps(directory.resolve("log/metrics.jsonl"));
  }

  private Map<String, String> settings() throws IOException {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("data_path", new TrainFixture(directory).dataPrefix().toString());
    settings.put("load", GOLDEN.resolve("global_step10").toString());
    settings.put("save", directory.resolve("save").toString());
    settings.put("log_dir", directory.resolve("log").toString());
    settings.put("tensorboard_dir", directory.resolve("tb").toString());
    settings.put("eval_interval", "1000");
    settings.put("gradient_clipping", "0"); // NeoX did not hand the configured 1.0 to DeepSpeed
    return settings;
  }

  private static ConfigSource source(Map<String, String> settings) {
    return new ConfigSource(Optional.empty(), List.of(GOLDEN.resolve("config.yml")), settings);
  }
}
