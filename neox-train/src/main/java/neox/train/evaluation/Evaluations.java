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
  private static final String VALIDATION = "validation";
  private static final String TEST = "test";

  private final Evaluator evaluator;
  private final Optional<BatchFeed> valid;
  private final Optional<BatchFeed> test;
  private final Times times;

  /// When to evaluate.
  ///
  /// @param interval steps between validations
  /// @param last step of the run
  public record Times(long interval, long last) {}

  public Evaluations(Evaluator evaluator, TrainingData data, Times times) {
    this.evaluator = evaluator;
    this.valid = evaluator.isOn() ? data.valid() : Optional.empty();
    this.test = evaluator.isOn() ? data.test() : Optional.empty();
    this.times = times;
  }

  @Override
  public void after(StepResult result) throws IOException {
    if (isDue(result.step())) {
      validate(result.step());
    }
  }

  private boolean isDue(long step) {
    return step % times.interval() == 0;
  }

  private void validate(long step) throws IOException {
    if (valid.isPresent()) {
      evaluator.evaluate(
          valid.get(), VALIDATION, "iteration " + step, step / times.interval() - 1, step);
    }
  }

  /// Validation after the last step, on samples that none before has read.
  public void validateAtEnd(long step) throws IOException {
    if (valid.isPresent()) {
      evaluator.evaluate(
          valid.get(),
          VALIDATION,
          "the end of training for val data",
          step / times.interval(),
          step);
    }
  }

  public void testAtEnd(long step) throws IOException {
    if (test.isPresent()) {
      evaluator.evaluate(test.get(), TEST, "the end of training for test data", 0, step);
    }
  }

  /// Measures what the run was stopped before when it had taken and saved this step.
  public void catchUp(long step) throws IOException {
    int validations = isDue(step) ? 1 : 0;
    if (isDue(step) && evaluator.misses(VALIDATION, validations)) {
      validate(step);
    }
    if (step == times.last()) {
      if (evaluator.misses(VALIDATION, validations + 1)) {
        validateAtEnd(step);
      }
      if (evaluator.misses(TEST, 1)) {
        testAtEnd(step);
      }
    }
  }
}
