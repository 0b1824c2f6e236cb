package neox.train.evaluation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.config.EvalConfig;
import neox.config.NeoxConfig;
import neox.train.data.TrainingData;
import neox.train.evaluation.Evaluator.Target;

/// When what is measured: validation at intervals and after the last step, before the first where
/// that is asked for, the test split at the end. A split without documents, or `eval_iters` 0, is
/// passed over as in NeoX.
///
/// Evaluations of the validation split read on through it instead of repeating its beginning, as in
/// NeoX. Those of a named set read the same samples each time, so that their results compare.
public final class Evaluations {
  private static final String VALIDATION = "validation";
  private static final String TEST = "test";

  private final Evaluator evaluator;
  private final List<Target> validated = new ArrayList<>();
  private final Optional<Target> test;
  private final Optional<TaskEvaluator> tasks;
  private final Times times;

  /// When to evaluate.
  ///
  /// @param interval steps between validations
  /// @param last step of the run
  /// @param onStartup before the first step, too
  /// @param test on the test split after the last
  public record Times(long interval, long last, boolean onStartup, boolean test) {
    /// As configured.
    public static Times of(NeoxConfig config) {
      EvalConfig eval = config.eval();
      return new Times(eval.interval(), config.batch().trainIters(), eval.onStartup(), eval.test());
    }
  }

  /// @param tasks where the run is evaluated on tasks: at each validation, once
  public Evaluations(
      Evaluator evaluator, TrainingData data, Optional<TaskEvaluator> tasks, Times times) {
    this.evaluator = evaluator;
    this.tasks = tasks;
    this.times = times;
    if (evaluator.isOn()) {
      data.valid().ifPresent(feed -> validated.add(new Target(VALIDATION, feed, false)));
      data.validationSets()
          .forEach((name, feed) -> validated.add(new Target(VALIDATION + "/" + name, feed, true)));
    }
    this.test =
        evaluator.isOn() && times.test()
            ? data.test().map(feed -> new Target(TEST, feed, false))
            : Optional.empty();
  }

  /// Validation between steps; returns whether it was due.
  public boolean after(long step) throws IOException {
    boolean due = isOn() && isDue(step);
    if (due) {
      validate(step);
    }
    return due;
  }

  private boolean isDue(long step) {
    return step % times.interval() == 0;
  }

  /// Whether there is anything to validate on.
  private boolean isOn() {
    return !validated.isEmpty() || tasks.isPresent();
  }

  private void validate(long step) throws IOException {
    for (Target target : validated) {
      validate(target, step);
    }
    evaluateTasks(step);
  }

  private void evaluateTasks(long step) throws IOException {
    if (tasks.isPresent()) {
      tasks.get().evaluate(step);
    }
  }

  private void validate(Target target, long step) throws IOException {
    evaluate(target, "iteration " + step, step / times.interval() - 1, step);
  }

  /// @param number how many validations come before in the run
  private void evaluate(Target target, String when, long number, long step) throws IOException {
    boolean readsOn = target.split().equals(VALIDATION);
    evaluator.evaluate(target, when, readsOn ? number : 0, step);
  }

  /// Validation before the first step, on the samples of the first validation; returns whether it
  /// was due.
  public boolean atStart(long step) throws IOException {
    boolean due = isOn() && times.onStartup();
    if (due) {
      for (Target target : validated) {
        evaluate(target, "iteration " + step, 0, step);
      }
      evaluateTasks(step);
    }
    return due;
  }

  /// Validation after the last step, on samples that none before has read; returns whether there
  /// was any.
  public boolean validateAtEnd(long step) throws IOException {
    for (Target target : validated) {
      validateAtEnd(target, step);
    }
    boolean tasksAreDue = tasks.isPresent() && !isDue(step); // or they have just been evaluated
    if (tasksAreDue) {
      evaluateTasks(step);
    }
    return tasksAreDue || !validated.isEmpty();
  }

  private void validateAtEnd(Target target, long step) throws IOException {
    evaluate(target, "the end of training for val data", step / times.interval(), step);
  }

  /// On the test split after the last step; returns whether that is wanted.
  public boolean testAtEnd(long step) throws IOException {
    if (test.isPresent()) {
      evaluator.evaluate(test.get(), "the end of training for test data", 0, step);
    }
    return test.isPresent();
  }

  /// Measures what the run was stopped before when it had taken and saved this step; returns
  /// whether there was anything.
  public boolean catchUp(long step) throws IOException {
    boolean missed = false;
    int validations = isDue(step) ? 1 : 0;
    for (Target target : validated) {
      if (isDue(step) && evaluator.misses(target, validations)) {
        validate(target, step);
        missed = true;
      }
    }
    boolean tasksAreDue = isDue(step) || step == times.last();
    if (tasksAreDue && tasks.isPresent() && tasks.get().misses()) {
      evaluateTasks(step);
      missed = true;
    }
    if (step == times.last()) {
      for (Target target : validated) {
        if (evaluator.misses(target, validations + 1)) {
          validateAtEnd(target, step);
          missed = true;
        }
      }
      if (test.isPresent() && evaluator.misses(test.get(), 1)) {
        missed |= testAtEnd(step);
      }
    }
    return missed;
  }
}
