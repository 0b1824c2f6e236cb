package neox.train;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.ExitCode;
import neox.train.checkpoint.CheckpointStore;
import neox.train.checkpoint.TrainState;
import neox.weights.neox.OptimizerStateFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
  private static final String FEW_STEPS = "train_iters=4";

  @TempDir Path directory;
  private TrainFixture fixture;

  @BeforeEach
  void prepare() throws IOException {
    fixture = new TrainFixture(directory);
  }

  @Test
  void logsToStandardOutputAndEverythingElseToStandardError() {
    TrainFixture.Result result = fixture.run("run", FEW_STEPS, "eval_interval=2");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.out().lines())
        .allMatch(line -> line.matches(" samples/sec: .*\\|| (validation|test) results .*|-+"))
        .anyMatch(line -> line.contains("| iteration        4/       4 |"))
        .anyMatch(line -> line.startsWith(" validation results at iteration 2 | lm_loss value: "))
        .anyMatch(
            line -> line.startsWith(" validation results at the end of training for val data"))
        .anyMatch(line -> line.startsWith(" test results at the end of training for test data"));
    assertThat(result.err())
        .contains("run: no checkpoint yet, starting from step 0")
        .contains("total params: ")
        .contains("saved " + directory.resolve("run/global_step4"));
    assertThat(directory.resolve("run/loss.svg")).content().startsWith("<svg");
  }

  @Test
  void learns() throws IOException {
    TrainFixture.Result result = fixture.run("run");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    List<Double> losses = losses("run");
    assertThat(losses.getFirst()).isBetween(6.0, 6.5); // ln 512 = 6.24
    assertThat(losses.getLast()).isLessThan(0.8 * losses.getFirst());
  }

  @Test
  void sayingItAgainWhenAllIsDoneDoesNothing() {
    fixture.run("run", FEW_STEPS);
    TrainFixture.Result again = fixture.run("run", FEW_STEPS);
    assertThat(again.code()).isEqualTo(ExitCode.OK);
    assertThat(again.out()).isEmpty();
    assertThat(again.err()).contains("all 4 steps are done already: nothing to do");
  }

  @Test
  void continuesBitForBitFromAnyCheckpointWithoutALoss() throws IOException {
    assertThat(fixture.run("whole").code()).isEqualTo(ExitCode.OK);
    for (Precision precision : Precision.values()) {
      String name = precision.name();
      fixture.run(name + "whole", precision.override);
      TrainFixture.Result part = fixture.run(name, precision.override, "exit_interval=7");
      assertThat(part.code()).as(part.err()).isEqualTo(ExitCode.STOPPED);
      TrainFixture.Result rest = fixture.run(name, precision.override, "exit_interval=7");
      assertThat(rest.code()).as(rest.err()).isEqualTo(ExitCode.OK);
      fixture.assertSameCheckpoints(name, name + "whole", 12);
    }
  }

  private enum Precision {
    FLOAT("precision=fp32"),
    BFLOAT16("precision=bfloat16");

    private final String override;

    Precision(String override) {
      this.override = override;
    }
  }

  @Test
  void keepsTheNewestCheckpointsAndTheExtraOnes() throws IOException {
    fixture.run("run", FEW_STEPS, "keep_last_n_checkpoints=2", "extra_save_iters=[0, 1]");
    assertThat(new CheckpointStore(directory.resolve("run")).iterations())
        .containsExactly(0L, 1L, 3L, 4L);
  }

  @Test
  void checkpointsHoldTheConfigurationTheyWereMadeWith() throws IOException {
    fixture.run("run", FEW_STEPS);
    Path configs = directory.resolve("run/global_step4/configs");
    assertThat(configs.resolve("tiny.yml")).hasSameTextualContentAs(fixture.config());
    try (Stream<Path> files = Files.list(configs)) {
      assertThat(files).hasSize(2);
    }
  }

  @Test
  void stopsWhenTheLossIsNotANumberAndSavesNothing() throws IOException {
    TrainFixture.Result result =
        fixture.run("run", "optimizer.params.lr=1.0e+30", "gradient_clipping=0", "min_lr=0");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err())
        .containsPattern("neox-train: step \\d+: loss .*: training has diverged")
        .containsPattern("the last good checkpoint is .*/global_step\\d+\\.");
    assertThat(result.out()).contains("number of nan iterations:   1 |");
    List<Long> saved = new CheckpointStore(directory.resolve("run")).iterations();
    assertThat(result.err()).contains("step " + (saved.getLast() + 1) + ": loss");
  }

  @Test
  void reportsTheZLossBesideTheLoss() throws IOException {
    TrainFixture.Result result = fixture.run("run", FEW_STEPS, "z_loss_multiplier=0.01");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.out())
        .containsPattern("\\| z_loss: \\S+ \\| lm_loss: \\S+ \\| number of skipped")
        .contains("validation results at the end")
        .doesNotContain("z_loss value");
    fixture.run("without", FEW_STEPS);
    assertThat(losses("run").getFirst()).isEqualTo(losses("without").getFirst(), within(1e-6));
    assertThat(losses("run").getLast()).isNotEqualTo(losses("without").getLast());
  }

  @Test
  void measuresTheGradientNoiseScaleWithoutTouchingTheRun() throws IOException {
    TrainFixture.Result result =
        fixture.run(
            "run", FEW_STEPS, "log_gradient_noise_scale=true", "gradient_noise_scale_n_batches=3");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    List<String> rows = Files.readAllLines(directory.resolve("run/metrics.jsonl"));
    assertThat(rows.stream().filter(row -> row.contains("train/noise_scale"))).hasSize(2);
    fixture.run("without", FEW_STEPS);
    assertThat(losses("run")).isEqualTo(losses("without"));
  }

  @Test
  void loadsTheCheckpointAskedFor() {
    fixture.run("run", FEW_STEPS);
    List<String> arguments = fixture.arguments("run", FEW_STEPS);
    Stream<String> all = Stream.concat(arguments.stream(), Stream.of("--iteration", "2"));
    TrainFixture.Result result = TrainFixture.run(all.toList());
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.err()).contains("global_step2, continuing after step 2");
    all = Stream.concat(arguments.stream(), Stream.of("--iteration", "9"));
    result = TrainFixture.run(all.toList());
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("global_step9").contains("global_step2, global_step3");
  }

  @Test
  void refusesToGoOnAsAnotherNetworkUnlessItIsOverridden() {
    assertThat(fixture.run("run", "train_iters=1").code()).isEqualTo(ExitCode.OK);
    TrainFixture.Result result =
        fixture.run("run", "train_iters=2", "rotary_pct=0.25", "activation=relu");
    assertThat(result.code()).isEqualTo(ExitCode.USAGE);
    String saved = directory.resolve("run/global_step1/configs/neox-effective.yml").toString();
    assertThat(result.err().replaceAll("yml:\\d+", "yml:N"))
        .endsWith(
            """
            neox-train: --set: rotary_pct is 0.25, but the weights were trained with 0.5 (%s:N)
            --set: activation is relu, but the weights were trained with gelu (%s:N); set it back, \
            or give --override-architecture to compute with the new value
            """
                .formatted(saved, saved));
    List<String> arguments =
        fixture.arguments("run", "train_iters=2", "rotary_pct=0.25", "activation=relu");
    arguments.add("--override-architecture");
    assertThat(TrainFixture.run(arguments).code()).isEqualTo(ExitCode.OK);
  }

  @Test
  void namesTheMistakesThatOnlyARunShows() {
    assertFails(
        "pipe_parallel_size: pipe_parallel_size (2) x model_parallel_size (1) = 2 ranks share the"
            + " network, but the run has 1; start 2 of them or a multiple (num_gpus, or a hostfile)",
        "pipe_parallel_size=2",
        "num_gpus=1");
    assertFails("no training data", "split=0,50,50");
    assertFails(
        "eval_iters: an evaluation of 5,000,000,000 times 2 micro-batches"
            + " (gradient_accumulation_steps) would never end; expected at most 1,073,741,823",
        "eval_iters=5000000000");
    assertFails("no such checkpoint directory", "load=" + directory.resolve("nowhere"));
  }

  @Test
  void refusesPlacesItCannotWriteToBeforeItTrains() {
    for (String key : List.of("save", "log_dir", "tensorboard_dir")) {
      TrainFixture.Result result = fixture.run("run", "load=", key + "=" + fixture.config());
      assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.USAGE);
      assertThat(result.err())
          .contains("neox-train: " + fixture.config() + ": expected a directory for ");
      assertThat(result.out()).isEmpty();
    }
  }

  @Test
  void refusesDataOfAnotherTokenizerBeforeItWritesAnything() throws IOException {
    Path bin = Path.of(fixture.dataPrefix() + ".bin");
    byte[] tokens = Files.readAllBytes(bin);
    Arrays.fill(tokens, (byte) 0x77);
    Files.write(bin, tokens);
    assertFails(fixture.dataPrefix() + " (training): found token 30583, expected tokens below 512");
  }

  @Test
  void refusesACheckpointOfItsOwnThatIsNotComplete() throws IOException {
    fixture.run("run", FEW_STEPS);
    Path checkpoint = directory.resolve("run").resolve("global_step4");
    Path state = checkpoint.resolve(TrainState.FILE);
    String good = Files.readString(state);

    Files.writeString(
        state, good.replaceAll("\"torch_rng_state\" : \".*\"", "\"torch_rng_state\" : \"AAAA\""));
    assertContinuingFails("torch_rng_state is damaged, or of another version of libtorch");
    Files.delete(state);
    assertContinuingFails("holds neox_optimizer.safetensors, but no train_state.json");
    Files.writeString(state, good);
    Files.delete(checkpoint.resolve(OptimizerStateFile.NAME));
    assertContinuingFails("no optimizer state (neox_optimizer.safetensors)");
  }

  private void assertContinuingFails(String message) {
    TrainFixture.Result result = fixture.run("run", FEW_STEPS);
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains(message);
  }

  private void assertFails(String message, String... overrides) {
    TrainFixture.Result result = fixture.run("failing", overrides);
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.USAGE);
    assertThat(result.err()).contains("neox-train: ").contains(message);
    assertThat(directory.resolve("failing")).doesNotExist();
  }

  @Test
  void saysWhatItLeavesOut() {
    TrainFixture.Result result =
        fixture.run("run", FEW_STEPS, "use_comet=true", "comms_logger={enabled: true}");
    assertThat(result.code()).as(result.err()).isEqualTo(ExitCode.OK);
    assertThat(result.err())
        .contains(
            "warning: no effect here, and no number gets less exact: use_comet, comms_logger\n");
  }

  @Test
  void printsTheConfigurationWithoutTraining() {
    List<String> arguments = fixture.arguments("run", FEW_STEPS);
    Stream<String> all = Stream.concat(arguments.stream(), Stream.of("--print-config"));
    TrainFixture.Result result = TrainFixture.run(all.toList());
    assertThat(result.code()).isEqualTo(ExitCode.OK);
    assertThat(result.out()).contains("train_iters: 4");
    assertThat(directory.resolve("run")).doesNotExist();
  }

  private List<Double> losses(String run) throws IOException {
    String text =
        Files.readString(directory.resolve(run).resolve("metrics.jsonl"), StandardCharsets.UTF_8);
    return Pattern.compile("\"train/lm_loss\":([0-9.E-]+)")
        .matcher(text)
        .results()
        .map(match -> Double.valueOf(match.group(1)))
        .toList();
  }
}
