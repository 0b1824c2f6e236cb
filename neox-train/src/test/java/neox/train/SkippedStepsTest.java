package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.base.json.Json;
import neox.base.slow.SlowRows;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.train.checkpoint.CheckpointStore;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Runs in which some steps change no weight.
class SkippedStepsTest {
  /// The scale falls by half at first, and rises every third step without an overflow.
  private static final String[] FLOAT16 = {
    "precision=fp16", "fp16.initial_scale_power=22", "fp16.loss_scale_window=2", "log_interval=4"
  };

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeAll
  static void start() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  /// Among the stops are some between overflows, and some within a window.
  @ParameterizedTest(name = "ZeRO {0}, stopped every {1} steps")
  @CsvSource("1, 3")
  @SlowRows("0, 1")
  void aFloat16RunGoesOnFromAnyStepBitForBit(String zero, int every) throws IOException {
    String[] settings = with(FLOAT16, "zero_optimization.stage=" + zero, "pipe_parallel_size=0");
    TrainFixture.Result whole = fixture.run("whole", settings);
    assertThat(whole.code()).as(whole.err()).isEqualTo(ExitCode.OK);
    assertSameAfterStops(every, settings);
    List<Double> scales = numbers("whole", "train/loss_scale");
    assertThat(scales.stream().distinct().count()).as("%s", scales).isGreaterThan(3);
    assertThat(scales.getLast()).as("%s", scales).isGreaterThan(min(scales));
  }

  @Test
  void aRunThatSkipsSpikesGoesOnFromAnyStepBitForBit() throws IOException {
    String[] settings = {
      "optimizer.params.lr=0.1", // so that losses rise
      "skip_step_sigma_factor=0.05",
      "skip_step_rolling_interval_length=6",
      "log_interval=4"
    };
    TrainFixture.Result whole = fixture.run("whole", settings);
    assertThat(whole.code()).as(whole.err()).isEqualTo(ExitCode.OK);
    assertThat(whole.err())
        .containsPattern(
            "step \\d+: (loss|grad norm) \\S+ is a spike: the steps before have a mean of \\S+ and a"
                + " standard deviation of \\S+ \\(samples \\d+ to \\d+\\): skipped; its gradients are"
                + " thrown away")
        .containsPattern(
            "step \\d+: it read \\d+ documents?: \\d+(, \\d+)* of "
                + Pattern.quote(fixture.dataPrefix().toString()));
    assertSameAfterStops(2, settings);
  }

  private void assertSameAfterStops(int every, String... settings) throws IOException {
    int code = ExitCode.STOPPED;
    for (int runs = 0; code == ExitCode.STOPPED && runs < 12; runs++) {
      code = fixture.run("cut", with(settings, "exit_interval=" + every)).code();
    }
    assertThat(code).isEqualTo(ExitCode.OK);
    fixture.assertSameCheckpoints("cut", "whole", 12);
    for (String name : List.of("train/lm_loss", "train/grad_norm", "train/learning_rate")) {
      assertThat(numbers("cut", name)).isEqualTo(numbers("whole", name));
    }
  }

  @Test
  void theRateFollowsTheStepsThatChangedTheWeights() throws IOException {
    TrainFixture.Result result = fixture.run("run", with(FLOAT16, "pipe_parallel_size=0"));
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    long skipped = result.err().lines().filter(line -> line.contains("gradients overflow")).count();
    assertThat(skipped).isPositive();
    JsonNode state = Json.read(directory.resolve("run/global_step12/train_state.json"));
    assertThat(state.get("skipped_steps").asLong()).isEqualTo(skipped);
    List<Double> rates = numbers("run", "train/learning_rate");
    assertThat(rates.getFirst()).as("no step was taken").isEqualTo(rates.get(1));
    assertThat(result.out())
        .containsPattern(
            "\\| lm_loss: \\S+ \\| loss scale: \\d+\\.0 \\| number of skipped iterations: +"
                + "[1-4] \\| number of nan iterations:   0 \\|");
  }

  @Test
  void stepsThatStayNotFiniteEndTheRunAndNameTheLastGoodCheckpoint() throws IOException {
    TrainFixture.Result result =
        fixture.run(
            "run",
            "optimizer.params.lr=1.0e+30",
            "gradient_clipping=0",
            "min_lr=0",
            "skip_nonfinite_steps=true",
            "max_consecutive_skips=3",
            "keep_last_n_checkpoints=20");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .containsPattern(
            "warning: step \\d+: loss NaN, grad norm NaN, first in 0.word_embeddings.weight"
                + " \\(samples \\d+ to \\d+\\): skipped; its gradients are thrown away")
        .containsPattern(
            "step \\d+: loss NaN, grad norm NaN, first in 0.word_embeddings.weight \\(samples \\d+"
                + " to \\d+\\): step number 3 in a row to be skipped \\(max_consecutive_skips\\);"
                + " stopped without saving; the last good checkpoint is .*/global_step\\d+\\. Lower"
                + " the learning rate");
    assertThat(result.out()).contains("number of nan iterations:   1 |");
    long stopped = new CheckpointStore(directory.resolve("run")).iterations().getLast() + 1;
    assertThat(result.err()).contains("step " + stopped + ": loss NaN");
  }

  /// Another sum of gradients may overflow elsewhere; here none comes near the border.
  @ParameterizedTest(name = "pipe {0}, data {1}, tensor {2}, ZeRO {3}")
  @CsvSource("0, 2, 2, 1")
  @SlowRows({"1, 1, 2, 0", "2, 1, 1, 0", "0, 2, 1, 0"})
  void manyRanksSkipTheStepsThatOneSkips(int pipe, int data, int tensor, int zero)
      throws IOException {
    Topology one = new Topology(1, 1, 1);
    Topology many = new Topology(Math.max(1, pipe), data, tensor);
    for (Topology topology : List.of(one, many)) {
      Path save = directory.resolve(topology.worldSize() == 1 ? "one" : "many");
      Map<String, String> overrides =
          ManyRanksTest.overrides(fixture, "pythia", topology, zero, save);
      overrides.put("pipe_parallel_size", String.valueOf(pipe == 0 ? 0 : topology.pipe()));
      overrides.put("train_iters", "8");
      for (String setting : FLOAT16) {
        String[] keyAndValue = setting.split("=", 2);
        overrides.put(keyAndValue[0], keyAndValue[1]);
      }
      ManyRanksTest.train(ManyRanksTest.source(fixture, overrides), topology, ExitCode.OK);
    }
    List<Double> scales = numbers("one", "train/loss_scale");
    assertThat(numbers("many", "train/loss_scale")).isEqualTo(scales);
    assertThat(scales.getFirst()).as("%s", scales).isGreaterThan(min(scales));
    List<Double> losses = numbers("one", "train/lm_loss");
    List<Double> found = numbers("many", "train/lm_loss");
    for (int i = 0; i < losses.size(); i++) {
      assertThat(found.get(i)).isCloseTo(losses.get(i), within(1e-3 * losses.get(i)));
    }
  }

  private List<Double> numbers(String run, String name) throws IOException {
    List<Double> numbers = new ArrayList<>();
    for (String line : Files.readAllLines(directory.resolve(run).resolve("metrics.jsonl"))) {
      JsonNode json = Json.parse(line, "metrics");
      if (json.has(name)) {
        numbers.add(Double.parseDouble(json.get(name).asText()));
      }
    }
    return numbers;
  }

  private static double min(List<Double> numbers) {
    return numbers.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
  }

  private static String[] with(String[] settings, String... more) {
    return Stream.concat(Arrays.stream(settings), Arrays.stream(more)).toArray(String[]::new);
  }
}
