package neox.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import neox.base.ExitCode;
import neox.parallel.Topology;
import neox.tensor.NativeRuntime;
import neox.train.TrainFixture.Result;
import neox.weights.neox.EmaFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whole runs that keep an average of their weights.
class EmaRunTest {
  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeAll
  static void startNatives() {
    NativeRuntime.start(1);
  }

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  /// The average and the weights of the last checkpoint.
  private Path checkpoint(String name, int step) {
    return directory.resolve(name).resolve("global_step" + step);
  }

  @ParameterizedTest
  @CsvSource({"1, 2, 1, 3", "2, 1, 2, 0"})
  void goesOnBitForBit(int pipe, int data, int tensor, int stage) throws IOException {
    Topology grid = new Topology(pipe, data, tensor);
    train("undisturbed", grid, stage, Map.of(), ExitCode.OK);
    train("stopped", grid, stage, Map.of("exit_interval", "2"), ExitCode.STOPPED);
    String load = directory.resolve("stopped").toString();
    train("stopped", grid, stage, Map.of("load", load), ExitCode.OK);
    int last = 5;
    Path expected = checkpoint("undisturbed", last).resolve(EmaFile.NAME);
    assertThat(checkpoint("stopped", last).resolve(EmaFile.NAME)).hasSameBinaryContentAs(expected);
  }

  private void train(
      String name, Topology grid, int stage, Map<String, String> more, int expectedCode)
      throws IOException {
    Map<String, String> overrides =
        ManyRanksTest.overrides(fixture, "pythia", grid, stage, directory.resolve(name));
    overrides.putAll(Map.of("ema.enable", "true", "ema.decay", "0.5", "precision", "bfloat16"));
    overrides.putAll(more);
    ManyRanksTest.train(ManyRanksTest.source(fixture, overrides), grid, expectedCode);
  }

  @Test
  void leavesTheRunAsItIsAndSaysWhereItBeginsAndEnds() {
    fixture.run("with", "ema.enable=true", "train_iters=3");
    fixture.run("without", "train_iters=3");
    for (String file : new String[] {"neox_optimizer.safetensors", "mp_rank_00_model_states.pt"}) {
      assertThat(checkpoint("with", 3).resolve(file))
          .hasSameBinaryContentAs(checkpoint("without", 3).resolve(file));
    }
    assertThat(EmaFile.isIn(checkpoint("with", 3))).isTrue();
    assertThat(EmaFile.isIn(checkpoint("without", 3))).isFalse();
    Result begins = fixture.run("without", "ema.enable=true", "train_iters=4");
    assertThat(begins.err())
        .contains(
            checkpoint("without", 3) + " holds no average of its weights: it begins with them");
    assertThat(EmaFile.isIn(checkpoint("without", 4))).isTrue();
    Result ends = fixture.run("with", "train_iters=4");
    assertThat(ends.err())
        .contains(
            "warning: "
                + checkpoint("with", 3)
                + " holds an average of its weights, which ends here; to go on with it:"
                + " ema.enable: true");
    assertThat(EmaFile.isIn(checkpoint("with", 4))).isFalse();
  }
}
