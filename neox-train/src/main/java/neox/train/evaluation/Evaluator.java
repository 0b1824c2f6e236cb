package neox.train.evaluation;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import neox.base.StoppedException;
import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.model.Mode;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.monitor.LogLine;
import neox.parallel.pipeline.StageRunner;
import neox.tensor.Scope;
import neox.tokenizer.Tokenizer;
import neox.train.data.BatchFeed;
import neox.train.log.RunRecords;
import neox.train.loop.Agreement;
import neox.train.loop.Pipeline;
import neox.train.loop.TrainingWork;
import neox.train.objective.Objective;

/// Measures the loss on samples that are not trained on, and reports it.
///
/// Which samples an evaluation reads follows from its number alone, so a resumed run reads what an
/// uninterrupted one would. An evaluation that is asked to stop ends with [StoppedException] on all
/// ranks and has reported nothing.
public final class Evaluator {
  private static final String LOSS = "lm_loss";

  private final Network network;
  private final Objective objective;
  private final Size size;
  private final Pipeline pipeline;
  private final Reporting reporting;

  /// How much one evaluation reads.
  ///
  /// @param iterations `eval_iters`
  /// @param microBatches of an iteration: the gradient accumulation steps
  public record Size(int iterations, int microBatches) {
    /// As configured; [UserException] when it would never end.
    public static Size of(NeoxConfig config) {
      long iterations = config.eval().iters();
      int each = config.batch().gradientAccumulationSteps();
      if (iterations > Integer.MAX_VALUE / each) {
        throw UserException.of(
            "eval_iters: an evaluation of %,d times %,d micro-batches (gradient_accumulation_steps)"
                + " would never end; expected at most %,d",
            iterations, each, Integer.MAX_VALUE / each);
      }
      return new Size(Math.toIntExact(iterations), each);
    }

    int total() {
      return Math.multiplyExact(iterations, microBatches);
    }
  }

  /// What evaluations are told in.
  ///
  /// @param charLevel also the perplexity of a character (`char_level_ppl`)
  /// @param stop asked before each iteration; the same on all ranks
  public record Reporting(
      RunRecords records, Tokenizer tokenizer, boolean charLevel, Agreement stop) {}

  /// What is measured.
  ///
  /// @param split `validation`, `test` or `validation/NAME`: the prefix of the metrics
  /// @param inBytes bits per byte are reported, too
  record Target(String split, BatchFeed feed, boolean inBytes) {
    String metric(String name) {
      return split + "/" + name;
    }
  }

  /// An evaluator of one network.
  public Evaluator(
      Network network, Objective objective, Size size, Pipeline pipeline, Reporting reporting) {
    this.network = network;
    this.objective = objective.ofEvaluation();
    this.size = size;
    this.pipeline = pipeline;
    this.reporting = reporting;
  }

  /// Whether an evaluation reads anything at all.
  boolean isOn() {
    return size.total() > 0;
  }

  /// Evaluates and prints NeoX's block of results.
  ///
  /// @param when such as `iteration 100`
  /// @param number which part of the split to read: how many evaluations read what lies before
  void evaluate(Target target, String when, long number, long step) throws IOException {
    Map<String, Double> results = measure(target, number);
    RunRecords records = reporting.records();
    results.forEach((name, value) -> records.metrics().scalar(target.metric(name), value, step));
    records.metrics().flush();
    double loss = results.getOrDefault(LOSS, Double.NaN);
    records.summary().evaluated(target.split(), loss);
    StringBuilder block = new StringBuilder(" %s results at %s | ".formatted(target.split(), when));
    results.forEach((name, value) ->
        block.append(String.format(Locale.ROOT, "%s value: %.6E | ", name, value)));
    records.log().line(LogLine.framed(block.toString()));
  }

  /// Whether fewer results of the split than these were recorded at the step after which the run
  /// continues. The same on every rank; all ranks call this together.
  boolean misses(Target target, int results) {
    return pipeline.anyOf(reporting.records().misses(target.metric(LOSS), results));
  }

  /// The results by name, the same on every rank; all ranks call this together.
  private Map<String, Double> measure(Target target, long number) {
    EvaluatedText text = new EvaluatedText(reporting.tokenizer());
    try (var progress =
            reporting
                .records()
                .log()
                .phase("evaluating on " + target.split() + " data", size.total());
        var work =
            TrainingWork.ofEvaluation(
                target.feed(),
                objective,
                begun -> {
                  progress.update(begun.number() + 1, "");
                  count(target, begun, text);
                })) {
      int whole = network.spec().config().seqLength();
      work.begin(new TrainingWork.Span(number * size.total(), size.total(), whole));
      NetworkStage stage = new NetworkStage(network, work, Mode.EVALUATION);
      StageRunner runner = pipeline.runner(stage, work::seqLength);
      try (var _ = Scope.open()) {
        for (int i = 0; i < size.iterations(); i++) {
          if (reporting.stop().ask()) {
            throw new StoppedException();
          }
          work.readAhead(size.microBatches());
          runner.run(pipeline.forwardOnly(size.microBatches()));
          work.proceed(size.microBatches());
        }
        return results(target, work, text);
      }
    }
  }

  private void count(Target target, TrainingWork.Begun begun, EvaluatedText text) {
    if (!pipeline.ranks().isLastStage()) {
      return;
    }
    if (target.inBytes()) {
      text.addPredictions(begun.batch());
    }
    if (reporting.charLevel()) {
      text.addSamples(target.feed().rows(begun.ofData()));
    }
  }

  private Map<String, Double> results(Target target, TrainingWork work, EvaluatedText text) {
    Map<String, Double> results = new LinkedHashMap<>();
    double loss = pipeline.mean(work.losses());
    results.put(LOSS, loss);
    results.putAll(pipeline.means(work.metrics()));
    results.put("lm_loss_ppl", Math.exp(loss));
    if (reporting.charLevel()) {
      double tokens = pipeline.sumOfLastStages((double) text.tokens());
      double characters = pipeline.sumOfLastStages((double) text.characters());
      results.put("lm_loss_char_lvl_ppl", Math.exp(loss * tokens / characters));
    }
    if (target.inBytes()) {
      double nats = pipeline.sumOfLastStages(text.nats(work.losses()));
      double bytes = pipeline.sumOfLastStages((double) text.bytes());
      results.put("bits_per_byte", nats / (Math.log(2) * bytes));
    }
    return results;
  }
}
