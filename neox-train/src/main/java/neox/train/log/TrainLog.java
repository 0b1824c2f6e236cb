package neox.train.log;

import java.io.IOException;
import java.util.Locale;
import neox.base.Progress;
import neox.config.MonitorConfig;
import neox.monitor.LogLine;
import neox.monitor.MetricSink;
import neox.train.checkpoint.TrainProgress;
import neox.train.loop.RunHook;
import neox.train.loop.StepResult;

/// Reports each step: metrics always, NeoX's log line every `log_interval` steps.
///
/// Times are those of the steps alone. NeoX's include evaluation and saving.
public final class TrainLog implements RunHook {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Run run;
  private final MonitorConfig config;
  private final RunLog log;
  private final MetricSink metrics;
  private long intervalNanos;
  private long intervalSteps;

  public TrainLog(Run run, MonitorConfig config, RunLog log, MetricSink metrics) {
    this.run = run;
    this.config = config;
    this.log = log;
    this.metrics = metrics;
  }

  /// What stays the same during a run.
  ///
  /// @param progress the state after the step that is reported
  public record Run(
      TrainProgress progress, long lastStep, int samplesPerStep, int seqLength, FlopCount flops) {}

  @Override
  public void after(StepResult result) throws IOException {
    intervalNanos += result.nanos();
    intervalSteps++;
    recordStep(result);
    if (result.step() % config.logInterval() == 0) {
      double seconds = intervalNanos / NANOS_PER_SECOND / intervalSteps;
      recordSpeed(result.step(), seconds);
      log.line(line(result, seconds, run.progress().state().window().mean(), 0));
      run.progress().emptyWindow();
      intervalNanos = 0;
      intervalSteps = 0;
    }
    metrics.flush();
    log.progress(
        result.step(),
        String.format(
            Locale.ROOT,
            "step %,d of %,d  loss %.3f",
            result.step(),
            run.lastStep(),
            result.loss()));
  }

  /// Reports the step whose loss or gradient is not a number; it changed no weight.
  public void notANumber(StepResult result) throws IOException {
    recordStep(result);
    metrics.flush();
    log.line(line(result, result.nanos() / NANOS_PER_SECOND, result.loss(), 1));
  }

  private void recordStep(StepResult result) {
    long step = result.step();
    metrics.scalar("train/learning_rate", rateAfter(step), step);
    metrics.scalar("train/lm_loss", result.loss(), step);
    metrics.scalar("train/grad_norm", result.gradNorm(), step);
    metrics.scalar("train/tokens_seen", (double) run.progress().state().tokens(), step);
    result.gradNorms().forEach((key, norm) -> metrics.scalar("gradient_norms/" + key, norm, step));
  }

  private void recordSpeed(long step, double seconds) {
    double samplesPerSecond = run.samplesPerStep() / seconds;
    metrics.scalar("runtime/samples_per_sec", samplesPerSecond, step);
    metrics.scalar("runtime/iteration_time", seconds, step);
    metrics.scalar("runtime/steps_per_sec", 1 / seconds, step);
    metrics.scalar("runtime/tokens_per_sec", samplesPerSecond * run.seqLength(), step);
    metrics.scalar("runtime/flops_per_sec_per_gpu", hardwareFlops() / seconds, step);
    config
        .peakTflops()
        .ifPresent(peak -> {
          metrics.scalar("runtime/model_flops_utilization", mfu(seconds, peak), step);
          metrics.scalar("runtime/hardware_flops_utilization", hfu(seconds, peak), step);
        });
  }

  private String line(StepResult result, double seconds, double loss, int notNumbers) {
    LogLine line =
        new LogLine()
            .field("samples/sec: %.3f", run.samplesPerStep() / seconds)
            .field("iteration %8d/%8d", result.step(), run.lastStep())
            .field("elapsed time per iteration (ms): %.1f", seconds * 1000)
            .field("learning rate: %.3E", rateAfter(result.step()))
            .field("approx flops per GPU: %s", LogLine.flops(hardwareFlops() / seconds));
    config
        .peakTflops()
        .ifPresent(peak ->
            line.field("MFU: %.2f%%", 100 * mfu(seconds, peak))
                .field("HFU: %.2f%%", 100 * hfu(seconds, peak)));
    long left = Math.round((run.lastStep() - result.step()) * seconds);
    return line.field("lm_loss: %.6E", loss)
        .field("number of skipped iterations: %3d", 0)
        .field("number of nan iterations: %3d", notNumbers)
        .field("grad norm: %.3f", result.gradNorm())
        .field("tokens seen: %d", run.progress().state().tokens())
        .field("ETA: %s", Progress.clock(left))
        .toString();
  }

  /// NeoX compat: the rate that is logged is the next step's.
  private double rateAfter(long step) {
    return run.progress().state().schedule().rate(step + 1);
  }

  private double hardwareFlops() {
    return run.flops().hardware();
  }

  private double mfu(double seconds, double peakTflops) {
    return run.flops().model() / seconds / (peakTflops * 1e12);
  }

  private double hfu(double seconds, double peakTflops) {
    return hardwareFlops() / seconds / (peakTflops * 1e12);
  }
}
