package neox.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.Optional;
import neox.base.Console;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.config.NeoxConfig;
import neox.evaluation.report.ReportFiles;
import neox.evaluation.report.Results;
import neox.evaluation.report.ResultsJson;
import neox.evaluation.report.ResultsTable;
import neox.evaluation.report.RunDescription;
import neox.monitor.MetricSink;
import neox.monitor.TensorBoardEvents;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What is printed and saved of an evaluation; used as a picocli mixin.
@HelpGroup("Results")
final class ReportOptions {
  @Option(
      names = {"-o", "--output-path", "--output_path"},
      paramLabel = "PATH",
      description = "Save the results below this directory, or beside PATH if it ends in .json.")
  private @Nullable Path output;

  @Option(
      names = {"-s", "--log-samples", "--log_samples"},
      description = "Save every document with its prompts, answers and scores, too.")
  private boolean logSamples;

  @Option(
      names = {"-x", "--predict-only", "--predict_only"},
      description = "Score nothing, and save what the model answers, as --log-samples does.")
  private boolean predictOnly;

  @Option(
      names = {"--eval-results-prefix", "--eval_results_prefix"},
      paramLabel = "P",
      description = "With a CONFIG: results go to P_eval_results_TIME.json.")
  private @Nullable String prefix;

  @Option(names = "--json", description = "Print the results as JSON instead of a table.")
  private boolean json;

  @Option(
      names = {"--tensorboard-dir", "--tensorboard_dir"},
      paramLabel = "DIR",
      description =
          "Add the figures to the TensorBoard files in DIR as eval/TASK_METRIC at the model's"
              + " iteration (default: the CONFIG's tensorboard_dir).")
  private @Nullable Path tensorBoard;

  /// What came out of an evaluation.
  record Outcome(RunDescription run, Results results, long iteration) {}

  /// Refuses options that do not go together.
  void check(ModelLocation location) {
    if (savesSamples() && output == null && !location.fromConfig()) {
      throw UserException.of(
          "%s needs --output-path to say where to save them",
          predictOnly ? "--predict-only" : "--log-samples");
    }
  }

  boolean predictsOnly() {
    return predictOnly;
  }

  private boolean savesSamples() {
    return logSamples || predictOnly;
  }

  /// GPT-NeoX always saves, in the working directory; the harness only where it is told to.
  Optional<ReportFiles> files(ModelLocation location, LocalDateTime started) {
    Optional<NeoxConfig> configured = location.config();
    if (configured.isEmpty()) {
      return Optional.ofNullable(output)
          .map(path -> ReportFiles.harness(path, location.directory(), started));
    }
    Path directory = output == null ? Path.of("") : output;
    String before = prefix == null ? configured.get().generate().evalResultsPrefix() : prefix;
    return Optional.of(ReportFiles.neox(directory, before, started));
  }

  /// Hours of work are in it: a disk that is full must not cost the table, nor a reader that has
  /// left the file.
  void report(ModelLocation location, Optional<ReportFiles> files, Outcome outcome, Console console)
      throws IOException {
    Optional<IOException> unsaved = Optional.empty();
    try {
      if (files.isPresent()) {
        save(files.get(), outcome, console);
      }
      record(location, outcome);
    } catch (IOException e) {
      unsaved = Optional.of(e);
    }
    print(outcome, console);
    if (unsaved.isPresent()) {
      throw unsaved.get();
    }
  }

  private void print(Outcome outcome, Console console) {
    if (json) {
      console.out().println(ResultsJson.of(outcome.run(), outcome.results()));
    } else {
      console.out().print(ResultsTable.of(outcome.run(), outcome.results()));
    }
    console.out().flush();
  }

  private void save(ReportFiles files, Outcome outcome, Console console) throws IOException {
    if (savesSamples()) {
      files.writeSamples(outcome.results().tasks());
      console.made(files.samples().toString(), "questions and answers");
    }
    files.writeResults(ResultsJson.of(outcome.run(), outcome.results()));
    console.made(files.results().toString(), "results");
  }

  private void record(ModelLocation location, Outcome outcome) throws IOException {
    Optional<Path> directory =
        Optional.ofNullable(tensorBoard)
            .or(() -> location.config().flatMap(config -> config.monitor().tensorboardDir()));
    if (directory.isPresent()) {
      try (MetricSink sink = TensorBoardEvents.beside(directory.get())) {
        outcome
            .results()
            .byName()
            .forEach((name, value) -> sink.scalar("eval/" + name, value, outcome.iteration()));
      }
    }
  }
}
