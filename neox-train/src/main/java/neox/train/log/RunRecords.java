package neox.train.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.Tool;
import neox.base.UserException;
import neox.base.text.ShellWord;
import neox.config.step.StepSchedule;
import neox.monitor.JsonlMetrics;
import neox.monitor.LossPlot;
import neox.monitor.MetricSink;
import neox.monitor.Metrics;
import neox.monitor.TensorBoardEvents;
import neox.otlp.OtlpMetrics;
import neox.wandb.WandbRun;

/// What a run records beside its checkpoints: log, metrics, loss curve, a summary. All is opened
/// before the work begins; what cannot be written later is told once and stops nothing. Not
/// thread-safe.
public final class RunRecords implements AutoCloseable {
  private static final String METRICS = "metrics.jsonl";
  private static final String PLOT = "loss.svg";

  private final Console console;
  private final RunPlaces places;
  private final RunLog log;
  private final Metrics metrics;
  private final JsonlMetrics.Past past;
  private final RunSummary summary;
  private final Optional<WandbRun> wandb;

  private RunRecords(
      Console console,
      RunPlaces places,
      RunLog log,
      Metrics metrics,
      JsonlMetrics.Past past,
      RunSummary summary,
      Optional<WandbRun> wandb) {
    this.console = console;
    this.places = places;
    this.log = log;
    this.metrics = metrics;
    this.past = past;
    this.summary = summary;
    this.wandb = wandb;
  }

  /// What is known of a run when its records are opened.
  ///
  /// @param done the step after which it continues
  /// @param last step of the whole run
  /// @param copiesLog whether the log goes into a file, too
  public record Start(long done, long last, StepSchedule steps, boolean copiesLog) {}

  /// Opens the records of a run.
  ///
  /// @param places stay the caller's
  /// @param wandb the record at W&B, if there is one
  public static RunRecords open(
      RunPlaces places, Start start, Optional<WandbRun> wandb, Console console) throws IOException {
    List<MetricSink> sinks = new ArrayList<>();
    Optional<Path> copy = Optional.empty();
    JsonlMetrics.Past past = JsonlMetrics.Past.NONE;
    if (places.metrics().isPresent()) {
      copy = places.metrics().filter(_ -> start.copiesLog());
      JsonlMetrics rows = JsonlMetrics.open(places.metrics().get().resolve(METRICS), start.done());
      past = rows.past();
      sinks.add(rows);
    }
    if (places.tensorBoard().isPresent()) {
      sinks.add(TensorBoardEvents.open(places.tensorBoard().get(), start.done()));
    }
    boolean isSpeaking = places.metrics().isPresent();
    if (isSpeaking && collectorIsNamed()) {
      sinks.add(OtlpMetrics.start("neox-train", console));
    }
    wandb.ifPresent(sinks::add);
    RunLog log = RunLog.open(console, copy, start.last());
    Metrics metrics = Metrics.of(sinks, console);
    RunSummary summary = new RunSummary(start.steps());
    return new RunRecords(console, places, log, metrics, past, summary, wandb);
  }

  /// Asked before its module is loaded.
  private static boolean collectorIsNamed() {
    return Stream.of("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")
        .anyMatch(name -> Environment.get(name).isPresent());
  }

  public RunLog log() {
    return log;
  }

  public MetricSink metrics() {
    return metrics;
  }

  /// Where `metrics.jsonl` lies; empty on ranks that record nothing.
  public Optional<Path> directory() {
    return places.metrics();
  }

  public RunSummary summary() {
    return summary;
  }

  /// Whether the records of the step after which the run continues hold fewer numbers of this name.
  /// Where they hold nothing of it they are new, and nothing is missed.
  public boolean misses(String name, int numbers) {
    return past.count("train/lm_loss") > 0 && past.count(name) < numbers;
  }

  /// Says with which exit code the run ends.
  public void end(int code) {
    wandb.ifPresent(run -> run.ends(code, code == ExitCode.STOPPED));
  }

  /// Draws the loss curve of all that the run has recorded.
  ///
  /// @param vocabulary rows of the embedding
  public void plot(int vocabulary) {
    if (places.metrics().isEmpty()) {
      return;
    }
    Path plot = places.metrics().get().resolve(PLOT);
    try {
      AtomicFile.write(plot, LossPlot.ofMetrics(plot.resolveSibling(METRICS), vocabulary));
    } catch (IOException e) {
      console.warn("%s is not drawn: %s", plot, Tool.describe(e));
    } catch (UserException e) { // the metrics are not what they were when they were written
      console.warn("%s is not drawn: %s", plot, Objects.toString(e.getMessage()));
    }
  }

  /// Says what the run has come to, and where that is.
  public void summarize() {
    List<String> lines = summary.lines();
    if (places.metrics().isPresent() && !lines.isEmpty()) {
      lines.forEach(console::info);
      Path plot = places.metrics().get().resolve(PLOT);
      console.made(plot.resolveSibling(METRICS).toString(), "metrics of every step");
      if (Files.exists(plot)) {
        console.made(plot.toString(), "the loss curve");
      }
      console.next("neox-train report " + ShellWord.quoted(places.metrics().get()));
    }
  }

  @Override
  public void close() {
    metrics.close();
    log.close();
  }
}
