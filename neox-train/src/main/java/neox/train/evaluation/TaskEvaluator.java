package neox.train.evaluation;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import neox.base.Console;
import neox.base.StoppedException;
import neox.base.UserException;
import neox.inference.BatchSize;
import neox.inference.Decoding;
import neox.inference.GenerationSink;
import neox.inference.LanguageModel;
import neox.inference.RequestSource;
import neox.inference.Score;
import neox.inference.ScoreRequest;
import neox.inference.ScoreSink;
import neox.inference.ranks.RankedModel;
import neox.inference.ranks.RankedModel.Deal;
import neox.model.Network;
import neox.monitor.LogLine;
import neox.train.heartbeat.Heartbeat;
import neox.train.heartbeat.Phase;
import neox.train.log.RunRecords;
import neox.train.loop.Pipeline;

/// Evaluates tasks on the network that is being trained, as it lies on the ranks of the run: there
/// is no second copy of its weights. The first rank knows the tasks and asks; the others follow.
///
/// An evaluation that is asked to stop ends with [StoppedException] on all ranks and has reported
/// nothing.
public final class TaskEvaluator {
  private static final String SPLIT = "validation";

  private final Network network;
  private final Deal deal;
  private final Pipeline pipeline;
  private final Optional<RunTasks> tasks;
  private final Reporting reporting;

  /// What evaluations are told in.
  ///
  /// @param stop whether this rank has been asked to stop
  public record Reporting(
      RunRecords records, Console console, Heartbeat heartbeat, BooleanSupplier stop) {}

  /// @param deal what replicas of the network do with requests
  /// @param tasks on the first rank
  public TaskEvaluator(
      Network network,
      Deal deal,
      Pipeline pipeline,
      Optional<RunTasks> tasks,
      Reporting reporting) {
    this.network = network;
    this.deal = deal;
    this.pipeline = pipeline;
    this.tasks = tasks;
    this.reporting = reporting;
  }

  /// Evaluates after a step and reports; all ranks call this together.
  void evaluate(long step) throws IOException {
    reporting.heartbeat().during(Phase.TASKS, () -> evaluateWatched(step));
  }

  private void evaluateWatched(long step) throws IOException {
    boolean stopped = false;
    Optional<Map<String, Double>> figures = Optional.empty();
    try (RankedModel model =
        RankedModel.of(network, pipeline.ranks(), deal, reporting.heartbeat()::beat)) {
      if (tasks.isPresent()) {
        figures = evaluate(tasks.get(), model, step);
      } else {
        model.follow();
      }
    } catch (StoppedException e) {
      stopped = true;
    }
    if (pipeline.anyOf(stopped)) {
      throw new StoppedException();
    }
    if (figures.isPresent()) {
      report(figures.get(), step);
    }
  }

  /// The figures; empty where the network could not be asked, which stops nothing.
  private Optional<Map<String, Double>> evaluate(RunTasks asked, LanguageModel model, long step) {
    try (var _ = reporting.records().log().phase("evaluating tasks", 0)) {
      return Optional.of(asked.evaluate(new Stoppable(model), reporting.console()));
    } catch (UserException e) {
      reporting
          .console()
          .warn(
              "step %d: eval_tasks are not evaluated: %s; the run goes on",
              step, Objects.toString(e.getMessage()));
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StoppedException();
    }
  }

  private void report(Map<String, Double> figures, long step) throws IOException {
    RunRecords records = reporting.records();
    StringBuilder block = new StringBuilder(" task results at iteration %d | ".formatted(step));
    figures.forEach((name, value) -> {
      records.metrics().scalar(SPLIT + "/" + name, value, step);
      block.append(String.format(Locale.ROOT, "%s value: %.6E | ", name, value));
    });
    records.metrics().flush();
    records.log().line(LogLine.framed(block.toString()));
  }

  /// Whether the records of the step after which the run continues hold no such results. The same
  /// on every rank; all ranks call this together.
  boolean misses() {
    return pipeline.anyOf(
        tasks
            .filter(asked -> reporting.records().misses(SPLIT + "/" + asked.someName(), 1))
            .isPresent());
  }

  /// The model until the run is asked to stop.
  private final class Stoppable implements LanguageModel {
    private final LanguageModel model;

    Stoppable(LanguageModel model) {
      this.model = model;
    }

    @Override
    public int vocabSize() {
      return model.vocabSize();
    }

    @Override
    public int maxLength() {
      return model.maxLength();
    }

    @Override
    public List<Score> score(List<ScoreRequest> requests, int batchSize) {
      stopIfAsked();
      return model.score(requests, batchSize);
    }

    @Override
    public void score(Iterator<ScoreRequest> requests, BatchSize batch, ScoreSink sink) {
      model.score(untilStopped(requests), batch, sink);
    }

    private Iterator<ScoreRequest> untilStopped(Iterator<ScoreRequest> requests) {
      return new Iterator<>() {
        @Override
        public boolean hasNext() {
          stopIfAsked();
          return requests.hasNext();
        }

        @Override
        public ScoreRequest next() {
          return requests.next();
        }
      };
    }

    @Override
    public void generate(RequestSource requests, Decoding decoding, GenerationSink sink) {
      stopIfAsked();
      model.generate(requests, decoding, sink);
    }

    private void stopIfAsked() {
      if (reporting.stop().getAsBoolean()) {
        throw new StoppedException();
      }
    }

    @Override
    public void close() {}
  }
}
