package neox.train.evaluation;

import java.io.IOException;
import java.util.Optional;
import neox.train.data.BatchFeed;
import neox.train.data.TrainingData;
import neox.train.loop.RunHook;
import neox.train.loop.StepResult;

/// When what is measured: validation at intervals and after the last step, the test split at the
/// end. A split without documents, or `eval_iters` 0, is passed over as in NeoX.
public final class Evaluations implements RunHook {
  private final Evaluator evaluator;
  private final Optional<BatchFeed> valid;
  private final Optional<BatchFeed> test;
  private final long interval;

  public Evaluations(Evaluator evaluator, TrainingData data, long interval) {
    this.evaluator = evaluator;
    this.valid = evaluator.isOn() ? data.valid() : Optional.empty();
    this.test = evaluator.isOn() ? data.test() : Optional.empty();
    this.interval = interval;
  }

  @Override
  public void after(StepResult result) throws IOException {
    long step = result.step();
    if (valid.isPresent() && step % interval == 0) {
      evaluator.evaluate(valid.get(), "validation", "iteration " + step, step / interval - 1, step);
    }
  }

  /// Validation after the last step, on samples that none before has read.
  public void validateAtEnd(long step) throws IOException {
    if (valid.isPresent()) {
      evaluator.evaluate(
          valid.get(), "validation", "the end of training for val data", step / interval, step);
    }
  }

  public void testAtEnd(long step) throws IOException {
    if (test.isPresent()) {
      evaluator.evaluate(test.get(), "test", "the end of training for test data", 0, step);
    }
  }
}
