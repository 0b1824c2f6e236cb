package neox.train.log;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.stream.Stream;
import neox.base.Console;
import neox.base.json.Json;
import neox.config.DecayStyle;
import neox.config.MonitorConfig;
import neox.config.MonitorConfig.EachParameter;
import neox.config.step.StepChanges;
import neox.config.step.StepSchedule;
import neox.monitor.Histogram;
import neox.monitor.JsonlMetrics;
import neox.monitor.MetricSink;
import neox.tensor.Device;
import neox.train.checkpoint.LearningRateSchedule;
import neox.train.checkpoint.LossWindow;
import neox.train.checkpoint.TrainProgress;
import neox.train.checkpoint.TrainState;
import neox.train.loop.SampleRange;
import neox.train.loop.StepClock;
import neox.train.loop.StepFigures;
import neox.train.loop.StepOutcome;
import neox.train.loop.StepResult;
import neox.train.stability.SkipReason;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainLogTest {
  /// Eight samples of 64 tokens each.
  private static final StepSchedule ALIKE =
      StepSchedule.of(new StepSchedule.FullStep(1, 8, 64), StepChanges.NONE);

  private static final long SECOND = 1_000_000_000;

  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private boolean watching;
  private final TrainProgress progress =
      new TrainProgress(
          TrainState.fresh(new LearningRateSchedule(DecayStyle.Whole.CONSTANT, 0.004, 0, 4, 100)));

  @Test
  void printsNeoxsLineWithNormTokensAndTimeLeft() throws IOException {
    log(config(Optional.empty()), 4, 5);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .isEqualTo(
            " samples/sec: 4.000 | iteration        2/    3600 | elapsed time per iteration (ms):"
                + " 2000.0 | learning rate: 2.000E-03 | approx flops per GPU: 1.5TFLOPS | lm_loss:"
                + " 4.500000E+00 | number of skipped iterations:   0 | number of nan iterations:  "
                + " 0 | grad norm: 0.250 | tokens seen: 1024 | ETA: 1:59:56 |\n");
  }

  @Test
  void addsUtilizationWhenThePeakIsKnown() throws IOException {
    log(config(Optional.of(3.0)), 1, 2);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("approx flops per GPU: 1.5TFLOPS | MFU: 50.00% | HFU: 50.00% | lm_loss:");
  }

  @Test
  void recordsEveryStepAndTheSpeedOfEachInterval() throws IOException {
    log(config(Optional.empty()), 4, 5, 6);
    List<String> lines = Files.readAllLines(directory.resolve("metrics.jsonl"));
    assertThat(numbers(lines.get(0)))
        .isEqualTo(
            """
            step=1 train/learning_rate=0.001 train/lm_loss=4.0 train/grad_norm=0.25 \
            train/tokens_seen=512.0 train/epoch=0.25 gradient_norms/0.w=0.125\
            """);
    assertThat(numbers(lines.get(1)))
        .startsWith(
            """
            step=2 train/learning_rate=0.002 train/lm_loss=5.0 train/grad_norm=0.25 \
            train/tokens_seen=1024.0 train/epoch=0.5 gradient_norms/0.w=0.125 \
            runtime/samples_per_sec=4.0 runtime/iteration_time=2.0 runtime/steps_per_sec=0.5 \
            runtime/tokens_per_sec=256.0 runtime/flops_per_sec_per_gpu=1.5E12 \
            runtime/strict_flops_per_sec=1.0E12 runtime/strict_mfu=0.125 \
            runtime/strict_hfu=0.1875 runtime/eta=7196.0 memory/resident=\
            """);
    assertThat(numbers(lines.get(2))).endsWith("train/epoch=0.75 gradient_norms/0.w=0.125");
  }

  /// A line of metrics without the times of this machine.
  private static String numbers(String line) {
    StringBuilder numbers = new StringBuilder();
    JsonNode row = Json.parse(line, "metrics");
    row.properties().stream()
        .filter(entry -> !entry.getKey().startsWith("timers/"))
        .forEach(entry ->
            numbers.append(entry.getKey()).append('=').append(entry.getValue()).append(' '));
    return numbers.toString().strip();
  }

  @Test
  void saysWhatThePartsOfAStepTakeWhenAsked() throws IOException {
    log(config(Optional.empty(), true), 4, 5);
    assertThat(out.toString(StandardCharsets.UTF_8).lines().toList().get(1))
        .isEqualTo(
            "time (ms) | forward: 0.00 | backward: 0.00 | backward-backward: 0.00 |"
                + " backward-allreduce: 0.00 | optimizer: 0.00 | batch generator: 0.00 | pipeline:"
                + " 0.00");
  }

  @Test
  void averagesAnIntervalThatARestartInterrupted() throws IOException {
    progress.advance(8, 512, 10);
    log(config(Optional.empty()), 4);
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("lm_loss: 7.000000E+00 |");
    assertThat(progress.state().window()).isEqualTo(LossWindow.EMPTY);
  }

  @Test
  void averagesWhatTheObjectiveReportsOverTheStepsThatCount() throws IOException {
    log(
        config(Optional.empty()),
        hook -> {
          taken(hook, 4, Map.of("margins", 0.5));
          skipped(hook, Double.NaN, Map.of("margins", Double.NaN));
          skipped(hook, 7, Map.of("margins", 9.0));
          skipped(hook, Double.NaN, Map.of("margins", Double.NaN));
        });
    assertThat(out.toString(StandardCharsets.UTF_8).lines().toList())
        .satisfiesExactly(
            line -> assertThat(line).contains("| margins: 5.000000E-01 | lm_loss: 4.000000E+00 |"),
            line -> assertThat(line).contains("| margins: 0.000000E+00 | lm_loss: 0.000000E+00 |"));
  }

  @Test
  void showsAContinuedRunFromItsTrueBeginning() throws IOException {
    while (progress.state().iteration() < 2700) {
      progress.advance(8, 512, 5);
    }
    watching = true;
    log(config(Optional.empty()), 4);
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains(" 75.0%")
        .contains("  step 2,701 of 3,600  loss 4.000  256 tokens/s");
  }

  @Test
  void copiesTheLogToItsDirectory() throws IOException {
    log(config(Optional.empty()), 4, 5);
    log(config(Optional.empty()), 6, 7);
    try (Stream<Path> files = Files.list(directory.resolve("logs"))) {
      Path copy = files.findFirst().orElseThrow();
      assertThat(copy.toString()).endsWith("_stdout.txt");
      assertThat(copy).hasContent(out.toString(StandardCharsets.UTF_8));
    }
  }

  private void log(MonitorConfig config, double... losses) throws IOException {
    log(
        config,
        hook -> {
          for (double loss : losses) {
            taken(hook, loss, Map.of());
          }
        });
  }

  private void taken(TrainLog hook, double loss, Map<String, Double> more) throws IOException {
    progress.advance(8, 512, loss);
    hook.after(new StepOutcome.Taken(result(loss, more)));
  }

  private void skipped(TrainLog hook, double loss, Map<String, Double> more) throws IOException {
    progress.skip(8, 512, loss);
    hook.after(
        new StepOutcome.Skipped(
            result(loss, more), new SkipReason.NotFinite(loss, Double.NaN, Optional.empty())));
  }

  private interface Steps {
    void take(TrainLog hook) throws IOException;
  }

  private void log(MonitorConfig config, Steps steps) throws IOException {
    Console console =
        new Console(
            InputStream.nullInputStream(),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            watching,
            false);
    try (RunLog log =
            RunLog.open(
                console, Optional.of(Files.createDirectories(directory.resolve("logs"))), 3600);
        MetricSink metrics = JsonlMetrics.open(directory.resolve("metrics.jsonl"), 0)) {
      var run = new TrainLog.Run(progress, 3600, ALIKE, _ -> new FlopCount(1e12, 0), false);
      Meters meters =
          new Meters(
              new StepClock(),
              Device.META,
              OptionalLong.of(2048),
              _ -> new StrictFlops(2e12, 3e12),
              OptionalDouble.of(4e12),
              2);
      steps.take(new TrainLog(run, meters, config, log, metrics));
    }
  }

  private StepResult result(double loss, Map<String, Double> more) {
    return new StepResult(
        progress.state().iteration(),
        new SampleRange(progress.state().samples() - 8, 8),
        loss,
        more,
        0.25,
        new StepFigures(
            Map.of("gradient_norms/0.w", 0.125),
            Map.of("gradients/0.w", new Histogram(0, 0, 0, 0, List.of(1.0), List.of(2L)))),
        2 * SECOND);
  }

  private static MonitorConfig config(Optional<Double> peak) {
    return config(peak, false);
  }

  private static MonitorConfig config(Optional<Double> peak, boolean breakdown) {
    return new MonitorConfig(
        2,
        Optional.empty(),
        Optional.empty(),
        peak,
        Optional.empty(),
        EachParameter.NOTHING,
        breakdown,
        Optional.empty(),
        Optional.empty());
  }
}
