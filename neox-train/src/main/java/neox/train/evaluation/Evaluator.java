package neox.train.evaluation;

import java.io.IOException;
import java.util.Locale;
import neox.model.Mode;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.monitor.LogLine;
import neox.monitor.MetricSink;
import neox.tensor.Scope;
import neox.train.data.BatchFeed;
import neox.train.log.RunLog;
import neox.train.loop.Pipeline;
import neox.train.loop.TrainingWork;
import neox.train.objective.Objective;

/// Measures the loss on samples that are not trained on, and reports it.
///
/// Evaluations read on through their split instead of repeating its beginning; which part one reads
/// follows from its number alone, so a resumed run reads what an uninterrupted one would.
public final class Evaluator {
  private final Network network;
  private final Objective objective;
  private final int microBatches;
  private final Pipeline pipeline;
  private final Report report;

  /// Where results go.
  public record Report(RunLog log, MetricSink metrics) {}

  /// An evaluator of one network.
  ///
  /// @param microBatches of one evaluation: `eval_iters` times the gradient accumulation steps
  public Evaluator(
      Network network, Objective objective, int microBatches, Pipeline pipeline, Report report) {
    this.network = network;
    this.objective = objective;
    this.microBatches = microBatches;
    this.pipeline = pipeline;
    this.report = report;
  }

  /// Whether an evaluation reads anything at all.
  boolean isOn() {
    return microBatches > 0;
  }

  /// Evaluates and prints NeoX's block of results.
  ///
  /// @param split `validation` or `test`, the prefix of the metrics
  /// @param when such as `iteration 100`
  /// @param number how many evaluations of this split come before in the run
  void evaluate(BatchFeed feed, String split, String when, long number, long step)
      throws IOException {
    double loss = meanLoss(feed, number);
    double perplexity = Math.exp(loss);
    report.metrics().scalar(split + "/lm_loss", loss, step);
    report.metrics().scalar(split + "/lm_loss_ppl", perplexity, step);
    report.metrics().flush();
    String block =
        String.format(
            Locale.ROOT,
            " %s results at %s | lm_loss value: %.6E | lm_loss_ppl value: %.6E | ",
            split,
            when,
            loss,
            perplexity);
    report.log().line(LogLine.framed(block));
  }

  /// The same on every rank; all ranks call this together.
  ///
  /// @param number how many evaluations of this split come before in the run
  public double meanLoss(BatchFeed feed, long number) {
    try (var work = TrainingWork.ofEvaluation(feed, objective, microBatches)) {
      work.begin(number * microBatches);
      NetworkStage stage = new NetworkStage(network, work, Mode.EVALUATION);
      try (var _ = Scope.open()) {
        pipeline.runner(stage).run(pipeline.forwardOnly(microBatches));
        return pipeline.meanLoss(work.meanLoss());
      }
    }
  }
}
