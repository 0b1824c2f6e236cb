package neox.converthf.tools;

import static neox.converthf.tools.Tools.A0;
import static neox.converthf.tools.Tools.LLAMA;
import static neox.converthf.tools.Tools.TP2;
import static neox.converthf.tools.Tools.ok;
import static neox.converthf.tools.Tools.refused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import neox.weights.DType;
import neox.weights.neox.NeoxCheckpoint;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AverageCommandTest {
  @TempDir Path directory;

  /// Steps 10 to 50, whose weights are those of the golden checkpoint moved in another way each.
  private Path run(DType dtype) throws IOException {
    Path run = directory.resolve("run");
    for (int i = 1; i <= 5; i++) {
      double factor = 1 + 0.1 * i;
      double shift = 0.01 * i * i;
      Tools.checkpoint(run, 10L * i, dtype, x -> factor * x + shift);
    }
    return run;
  }

  /// Compares an average with the sum of weighted numbers that the checkpoints hold.
  private void assertAverage(Path averaged, List<Path> of, double... weights) throws IOException {
    List<NeoxCheckpoint> sources = new ArrayList<>();
    try (NeoxCheckpoint average = NeoxCheckpoint.open(averaged, OptionalLong.empty())) {
      for (Path source : of) {
        sources.add(NeoxCheckpoint.open(source, OptionalLong.empty()));
      }
      for (String name : average.names()) {
        double[] found = Tools.numbers(average.view(name));
        double[] expected = new double[found.length];
        for (int i = 0; i < weights.length; i++) {
          double[] numbers = Tools.numbers(sources.get(i).view(name));
          for (int j = 0; j < expected.length; j++) {
            expected[j] += weights[i] * numbers[j];
          }
        }
        // Rounded once: within half a unit in the last place of the stored type.
        double unit = average.dtype(name) == DType.BFLOAT16 ? 0x1p-7 : 0x1p-23;
        for (int j = 0; j < expected.length; j++) {
          double half = Math.abs(expected[j]) * unit * 0.5 + 1e-300;
          assertThat(found[j]).as(name).isCloseTo(expected[j], within(half * (1 + 1e-6)));
        }
      }
    } finally {
      sources.forEach(NeoxCheckpoint::close);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"FLOAT32", "BFLOAT16"})
  void theLastOnesCountAlike(DType dtype) throws IOException {
    Path run = run(dtype);
    Path out = directory.resolve("out");
    String said = ok("average", run, "--last", 3, "--output-dir", out).err();
    assertThat(said)
        .startsWith(
            "wrote "
                + out.resolve("global_step50")
                + ": 0.3333 x global_step30, 0.3333 x global_step40, 0.3333 x global_step50\nnext: neox-eval --model ");
    List<Path> last =
        List.of(
            run.resolve("global_step30"),
            run.resolve("global_step40"),
            run.resolve("global_step50"));
    assertAverage(out, last, 1 / 3.0, 1 / 3.0, 1 / 3.0);
    assertThat(Files.readString(out.resolve("latest"))).isEqualTo("global_step50");
    try (NeoxCheckpoint average = NeoxCheckpoint.open(out, OptionalLong.empty())) {
      assertThat(average.iteration()).isEqualTo(50);
      assertThat(average.dtype("2.mlp.linear1.weight")).isEqualTo(dtype);
    }
  }

  @Test
  void countsAsIsAskedFor() throws IOException {
    Path run = run(DType.FLOAT32);
    List<Path> last = List.of(run.resolve("global_step40"), run.resolve("global_step50"));
    Path linear = directory.resolve("linear");
    ok("average", run, "--last", 2, "--method", "linear", "--output-dir", linear);
    assertAverage(linear, last, 1 / 3.0, 2 / 3.0);
    Path ema = directory.resolve("ema");
    ok("average", run, "--last", 2, "--method", "ema", "--decay", 0.6, "--output-dir", ema);
    assertAverage(ema, last, 0.6, 0.4);
    Path given = directory.resolve("given");
    ok("average", last.get(1), last.get(0), "--weights", "3", "1", "--output-dir", given);
    assertAverage(given, List.of(last.get(1), last.get(0)), 0.75, 0.25);
  }

  @Test
  void weightsOfAnExponentialAverageAreThoseOfItsRecursion() {
    double[] weights = new AverageWeights.Exponential(0.8).of(4);
    double[] numbers = {3, -1, 7, 2};
    double average = numbers[0];
    for (int i = 1; i < 4; i++) {
      average = 0.8 * average + 0.2 * numbers[i];
    }
    double sum = 0;
    for (int i = 0; i < 4; i++) {
      sum += weights[i] * numbers[i];
    }
    assertThat(sum).isCloseTo(average, within(1e-12));
    assertThat(new AverageWeights.Linear().of(3)).containsExactly(1 / 6.0, 2 / 6.0, 3 / 6.0);
  }

  @Test
  void checkpointsMayHaveDifferentLayouts() throws IOException {
    Path run = run(DType.FLOAT32);
    Path split = directory.resolve("split");
    ok("split", run, "--iteration", 50, "--tp", 2, "--pp", 2, "--output-dir", split);
    Path out = directory.resolve("out");
    ok("average", run.resolve("global_step10"), split, "--output-dir", out);
    assertAverage(
        out, List.of(run.resolve("global_step10"), run.resolve("global_step50")), 0.5, 0.5);
    assertThat(out.resolve("global_step50/mp_rank_03_model_states.pt")).exists();
    assertThat(out.resolve("global_step50/layer_00-model_01-model_states.pt")).exists();
  }

  @Test
  void keepsNothingThatAnOptimizerRemembers() throws IOException {
    Path run = run(DType.FLOAT32);
    Tools.addTraining(run.resolve("global_step50"));
    Path out = directory.resolve("out");
    ok("average", run, "--last", 2, "--output-dir", out);
    assertThat(out.resolve("global_step50/neox_optimizer.safetensors")).doesNotExist();
    assertThat(out.resolve("global_step50/train_state.json")).doesNotExist();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--last 9|%s: expected at least 9 checkpoints, found 5; there are global_step10,"
            + " global_step20, global_step30, global_step40, global_step50",
        "--last 0|--last 0: expected a number of at least 1",
        "--last 2 --decay 0.5|--decay 0.5: expected a number of at least 0 and less than 1, with"
            + " --method ema",
        "--last 2 --method ema --decay 1|--decay 1.0: expected a number of at least 0 and less than"
            + " 1, with --method ema",
        "--last 2 --weights 1 2 --method ema|give either --weights or --method",
        "--last 2 --weights 1 2 3|--weights: expected one for each of 2 checkpoints, found 3",
        "--last 2 --weights 0 0|--weights [0.0, 0.0]: expected numbers whose sum is above 0",
        "--method uniform|%s: one checkpoint is its own average; name several, or say how many with"
            + " --last N"
      })
  void saysWhatItCannotAverage(String options, String message) throws IOException {
    Path run = directory.resolve("run");
    for (int step = 10; step <= 50; step += 10) {
      Tools.copy(A0, run.resolve("global_step" + step));
    }
    List<Object> arguments = new ArrayList<>(List.of("average", run));
    arguments.addAll(List.of((Object[]) options.split(" ", -1)));
    arguments.addAll(List.of("--output-dir", directory.resolve("out")));
    refused(message.formatted(run), arguments.toArray());
  }

  @Test
  void refusesOtherNetworks() {
    refused(
        LLAMA
            + ": is of another network than "
            + A0
            + " (neox-convert-hf diff says how they differ); expected checkpoints of one run",
        "average",
        LLAMA,
        A0,
        "--output-dir",
        directory.resolve("out"));
    refused(
        "--last takes one directory; leave it out to name checkpoints",
        "average",
        TP2,
        TP2,
        "--last",
        2,
        "--output-dir",
        directory.resolve("out"));
  }
}
