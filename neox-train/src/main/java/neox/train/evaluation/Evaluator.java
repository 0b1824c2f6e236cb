package neox.train.evaluation;

import java.io.IOException;
import java.util.Locale;
import neox.model.Mode;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.monitor.LogLine;
import neox.tensor.Scope;
import neox.train.data.BatchFeed;
import neox.train.log.RunRecords;
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
  private final RunRecords records;

  /// An evaluator of one network.
  ///
  /// @param microBatches of one evaluation: `eval_iters` times the gradient accumulation steps
  public Evaluator(
      Network network,
      Objective objective,
      int microBatches,
      Pipeline pipeline,
      RunRecords records) {
    this.network = network;
    this.objective = objective;
    this.microBatches = microBatches;
    this.pipeline = pipeline;
    this.records = records;
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
    double loss = meanLoss(feed, split, number);
    double perplexity = Math.exp(loss);
    records.metrics().scalar(name(split), loss, step);
    records.metrics().scalar(split + "/lm_loss_ppl", perplexity, step);
    records.metrics().flush();
    records.summary().evaluated(split, loss);
    String block =
        String.format(
            Locale.ROOT,
            " %s results at %s | lm_loss value: %.6E | lm_loss_ppl value: %.6E | ",
            split,
            when,
            loss,
            perplexity);
    records.log().line(LogLine.framed(block));
  }

  private static String name(String split) {
    return split + "/lm_loss";
  }

  /// Whether fewer results of the split than these were recorded at the step after which the run
  /// continues. The same on every rank; all ranks call this together.
  boolean misses(String split, int results) {
    return pipeline.anyOf(records.misses(name(split), results));
  }

  /// The same on every rank; all ranks call this together.
  ///
  /// @param split named to who watches
  /// @param number how many evaluations of this split come before in the run
  private double meanLoss(BatchFeed feed, String split, long number) {
    try (var progress = records.log().phase("evaluating on " + split + " data");
        var work =
            TrainingWork.ofEvaluation(
                feed, objective, n -> progress.show((n + 1) + " of " + microBatches))) {
      int whole = network.spec().config().seqLength();
      work.begin(new TrainingWork.Span(number * microBatches, microBatches, whole));
      NetworkStage stage = new NetworkStage(network, work, Mode.EVALUATION);
      try (var _ = Scope.open()) {
        pipeline.runner(stage, work::seqLength).run(pipeline.forwardOnly(microBatches));
        return pipeline.meanLoss(work.meanLoss());
      }
    }
  }
}
