package neox.train.log;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import neox.base.Progress;
import neox.config.MonitorConfig;
import neox.config.step.StepSchedule;
import neox.config.step.StepShape;
import neox.monitor.LogLine;
import neox.monitor.MetricSink;
import neox.train.checkpoint.LossWindow;
import neox.train.checkpoint.TrainProgress;
import neox.train.checkpoint.TrainState;
import neox.train.loop.RunHook;
import neox.train.loop.StepOutcome;
import neox.train.loop.StepResult;

/// Reports each step: metrics always, NeoX's log line every `log_interval` steps.
///
/// Times are those of the steps alone. NeoX's include evaluation and saving.
public final class TrainLog implements RunHook {
  private static final double NANOS_PER_SECOND = 1e9;

  private final Run run;
  private final Meters meters;
  private final MonitorConfig config;
  private final RunLog log;
  private final MetricSink metrics;
  private Interval interval = Interval.EMPTY;

  /// What the objective reports besides, added up since the last line over the steps that count:
  /// those that changed the weights, as for the loss.
  private final Map<String, Double> sums = new LinkedHashMap<>();

  private long summands;

  /// What the parts of all steps took, added up likewise.
  private final Map<String, Double> timers = new LinkedHashMap<>();

  public TrainLog(Run run, Meters meters, MonitorConfig config, RunLog log, MetricSink metrics) {
    this.run = run;
    this.meters = meters;
    this.config = config;
    this.log = log;
    this.metrics = metrics;
  }

  /// What stays the same during a run.
  ///
  /// @param progress the state after the step that is reported
  /// @param steps what each step is made of
  /// @param flops of a step
  /// @param scalesLoss whether the loss scale is reported
  public record Run(
      TrainProgress progress,
      long lastStep,
      StepSchedule steps,
      Function<StepShape, FlopCount> flops,
      boolean scalesLoss) {}

  @Override
  public void after(StepOutcome outcome) throws IOException {
    StepResult result = outcome.result();
    interval = plus(interval, result);
    addUp(outcome);
    recordStep(result);
    if (result.step() % config.logInterval() == 0) {
      Speed speed = interval.speed();
      recordSpeed(result.step(), speed);
      LossWindow window = run.progress().state().window();
      log.line(line(result, speed, window.mean(), window));
      if (config.breakdown()) {
        log.line(breakdown(interval.steps()));
      }
      run.progress().emptyWindow();
      interval = Interval.EMPTY;
      summands = 0;
      sums.clear();
      timers.clear();
    }
    metrics.flush();
    log.progress(
        result.step(),
        String.format(
            Locale.ROOT,
            "step %,d of %,d  loss %.3f  %,.0f tokens/s",
            result.step(),
            run.lastStep(),
            result.loss(),
            run.steps().at(result.step()).tokens() * NANOS_PER_SECOND / result.nanos()));
  }

  /// Reports the step after which the run cannot go on; it changed no weight.
  public void stopped(StepOutcome outcome) throws IOException {
    StepResult result = outcome.result();
    recordStep(result);
    metrics.flush();
    LossWindow window = run.progress().state().window().plusSkipped(result.loss());
    log.line(line(result, plus(Interval.EMPTY, result).speed(), result.loss(), window));
  }

  private Interval plus(Interval before, StepResult result) {
    StepShape shape = run.steps().at(result.step());
    return before.plus(
        result.nanos(), shape, run.flops().apply(shape), meters.flops().apply(shape));
  }

  /// Steps between two lines of the log, together.
  private record Interval(
      long steps,
      long nanos,
      long samples,
      long tokens,
      double model,
      double hardware,
      double strictModel,
      double strictHardware) {
    static final Interval EMPTY = new Interval(0, 0, 0, 0, 0, 0, 0, 0);

    Interval plus(long moreNanos, StepShape shape, FlopCount flops, StrictFlops strict) {
      return new Interval(
          steps + 1,
          nanos + moreNanos,
          samples + shape.samples(),
          tokens + shape.tokens(),
          model + flops.model(),
          hardware + flops.hardware(),
          strictModel + strict.model(),
          strictHardware + strict.hardware());
    }

    Speed speed() {
      double seconds = nanos / NANOS_PER_SECOND;
      return new Speed(
          seconds / steps,
          samples / seconds,
          tokens / seconds,
          model / seconds,
          hardware / seconds,
          strictModel / seconds,
          strictHardware / seconds);
    }
  }

  /// @param step seconds that one step takes
  /// @param samples per second, as all that follow
  /// @param model operations that the network needs of a device, by NeoX's formula
  /// @param hardware operations that it carries out, likewise
  /// @param strictModel operations that the network needs of all devices, strictly counted
  /// @param strictHardware operations that they carry out, likewise
  private record Speed(
      double step,
      double samples,
      double tokens,
      double model,
      double hardware,
      double strictModel,
      double strictHardware) {}

  private void addUp(StepOutcome outcome) {
    boolean counts = outcome instanceof StepOutcome.Taken;
    summands += counts ? 1 : 0;
    outcome
        .result()
        .metrics()
        .forEach((name, value) -> sums.merge(name, counts ? value : 0.0, Double::sum));
    meters.timers().forEach((name, seconds) -> timers.merge(name, seconds, Double::sum));
  }

  private void recordStep(StepResult result) {
    long step = result.step();
    metrics.scalar("train/learning_rate", nextRate(), step);
    result.metrics().forEach((name, value) -> metrics.scalar("train/" + name, value, step));
    metrics.scalar("train/lm_loss", result.loss(), step);
    metrics.scalar("train/grad_norm", result.gradNorm(), step);
    if (run.scalesLoss()) {
      metrics.scalar("train/loss_scale", lossScale(), step);
    }
    run.progress()
        .state()
        .noiseScale()
        .value()
        .ifPresent(value -> metrics.scalar("train/noise_scale", value, step));
    metrics.scalar("train/tokens_seen", (double) run.progress().state().tokens(), step);
    double tokens = run.progress().state().tokens();
    meters.tokensPerEpoch().ifPresent(epoch -> metrics.scalar("train/epoch", tokens / epoch, step));
    meters.timers().forEach((name, value) -> metrics.scalar("timers/" + name, value, step));
    result.figures().numbers().forEach((name, value) -> metrics.scalar(name, value, step));
    result.figures().histograms().forEach((name, each) -> metrics.histogram(name, each, step));
  }

  private void recordSpeed(long step, Speed speed) {
    metrics.scalar("runtime/samples_per_sec", speed.samples(), step);
    metrics.scalar("runtime/iteration_time", speed.step(), step);
    metrics.scalar("runtime/steps_per_sec", 1 / speed.step(), step);
    metrics.scalar("runtime/tokens_per_sec", speed.tokens(), step);
    metrics.scalar("runtime/flops_per_sec_per_gpu", speed.hardware(), step);
    config
        .peakTflops()
        .ifPresent(peak -> {
          metrics.scalar("runtime/model_flops_utilization", utilization(speed.model(), peak), step);
          metrics.scalar(
              "runtime/hardware_flops_utilization", utilization(speed.hardware(), peak), step);
        });
    metrics.scalar("runtime/strict_flops_per_sec", speed.strictModel(), step);
    meters
        .peak()
        .ifPresent(peak -> {
          double all = peak * meters.devices();
          metrics.scalar("runtime/strict_mfu", speed.strictModel() / all, step);
          metrics.scalar("runtime/strict_hfu", speed.strictHardware() / all, step);
        });
    metrics.scalar("runtime/eta", (run.lastStep() - step) * speed.step(), step);
    meters.memory().forEach((name, bytes) -> metrics.scalar("memory/" + name, bytes, step));
  }

  private String line(StepResult result, Speed speed, double loss, LossWindow counts) {
    LogLine line =
        new LogLine()
            .field("samples/sec: %.3f", speed.samples())
            .field("iteration %8d/%8d", result.step(), run.lastStep())
            .field("elapsed time per iteration (ms): %.1f", speed.step() * 1000)
            .field("learning rate: %.3E", nextRate())
            .field("approx flops per GPU: %s", LogLine.flops(speed.hardware()));
    config
        .peakTflops()
        .ifPresent(peak ->
            line.field("MFU: %.2f%%", 100 * utilization(speed.model(), peak))
                .field("HFU: %.2f%%", 100 * utilization(speed.hardware(), peak)));
    long left = Math.round((run.lastStep() - result.step()) * speed.step());
    sums.forEach((name, sum) -> line.field(name + ": %.6E", sum / Math.max(1, summands)));
    line.field("lm_loss: %.6E", loss);
    if (run.scalesLoss()) {
      line.field("loss scale: %.1f", lossScale());
    }
    return line.field("number of skipped iterations: %3d", counts.skipped())
        .field("number of nan iterations: %3d", counts.notFinite())
        .field("grad norm: %.3f", result.gradNorm())
        .field("tokens seen: %d", run.progress().state().tokens())
        .field("ETA: %s", Progress.clock(left))
        .toString();
  }

  /// NeoX's line of its timers, in milliseconds per step.
  private String breakdown(long steps) {
    StringBuilder line = new StringBuilder("time (ms)");
    timers.forEach((name, seconds) ->
        line.append(String.format(Locale.ROOT, " | %s: %.2f", name, 1000 * seconds / steps)));
    return line.toString();
  }

  /// NeoX compat: the rate that is logged is the next step's.
  private double nextRate() {
    TrainState state = run.progress().state();
    return state.schedule().rate(state.updates() + 1);
  }

  /// NeoX compat: the scale that is logged is the next step's, too.
  private double lossScale() {
    return run.progress().state().stability().lossScale().scale();
  }

  private static double utilization(double flopsPerSecond, double peakTflops) {
    return flopsPerSecond / (peakTflops * 1e12);
  }
}
