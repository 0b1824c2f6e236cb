package neox.train;

import java.io.IOException;
import java.util.Locale;
import neox.model.Network;
import neox.monitor.LogLine;
import neox.monitor.MetricSink;
import neox.tensor.Scope;
import org.bytedeco.pytorch.NoGradGuard;

/// Measures the loss on samples that are not trained on, and reports it.
///
/// Evaluations read on through their split instead of repeating its beginning; which part one reads
/// follows from its number alone, so a resumed run reads what an uninterrupted one would.
final class Evaluator {
  private final Network network;
  private final RunLog log;
  private final MetricSink metrics;
  private final long microBatches;

  /// @param microBatches of one evaluation: `eval_iters` times the gradient accumulation steps
  Evaluator(Network network, RunLog log, MetricSink metrics, long microBatches) {
    this.network = network;
    this.log = log;
    this.metrics = metrics;
    this.microBatches = microBatches;
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
    metrics.scalar(split + "/lm_loss", loss, step);
    metrics.scalar(split + "/lm_loss_ppl", perplexity, step);
    metrics.flush();
    String block =
        String.format(
            Locale.ROOT,
            " %s results at %s | lm_loss value: %.6E | lm_loss_ppl value: %.6E | ",
            split,
            when,
            loss,
            perplexity);
    log.line(LogLine.framed(block));
  }

  double meanLoss(BatchFeed feed, long number) {
    double sum = 0;
    try (var _ = new NoGradGuard()) {
      for (long i = 0; i < microBatches; i++) {
        try (var _ = Scope.open()) {
          MicroBatch batch = feed.get(number * microBatches + i);
          sum +=
              network.evaluationLoss(batch.tokens(), batch.labels(), batch.lossMask()).item_float();
        }
      }
    }
    return sum / microBatches;
  }
}
