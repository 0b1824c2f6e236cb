package neox.train.loop;

import java.util.Map;
import neox.config.step.StepSchedule;
import neox.config.step.StepShape;
import neox.parallel.pipeline.StageRunner;
import neox.tensor.Scope;
import neox.train.checkpoint.TrainProgress;
import neox.train.optimizer.GradientBuckets;
import neox.train.optimizer.GradientNorms;
import neox.train.optimizer.Optimizer;

/// One optimizer step, on one screen. Every rank of a run has one, and all take each step together.
public final class Trainer {
  private final Parts parts;
  private final StageRunner runner;
  private final Settings settings;

  /// What a step is made of.
  ///
  /// @param work of this rank's stage
  /// @param progress the state that a step advances
  public record Parts(
      Pipeline pipeline,
      TrainingWork work,
      GradientBuckets gradients,
      Optimizer optimizer,
      TrainProgress progress) {}

  /// The numbers of a step.
  ///
  /// @param steps what each step is made of
  /// @param gradientClipping largest global norm, 0 for none
  /// @param reportsEachNorm results hold the norm of every parameter's gradient
  public record Settings(StepSchedule steps, double gradientClipping, boolean reportsEachNorm) {}

  /// A trainer of this rank.
  ///
  /// @param runner of this rank's stage, whose work is that of `parts`
  public Trainer(Parts parts, StageRunner runner, Settings settings) {
    this.parts = parts;
    this.runner = runner;
    this.settings = settings;
  }

  /// Takes optimizer step `n`, the next after the state's (the first is 1).
  public StepOutcome step(long n) {
    long startedAtNanos = System.nanoTime();
    StepShape shape = settings.steps().at(n);
    try (var _ = Scope.open()) {
      GradientBuckets gradients = parts.gradients();
      gradients.clear();
      parts
          .work()
          .begin(
              new TrainingWork.Span(
                  shape.firstMicroBatch(), shape.microBatches(), shape.seqLength()));
      runner.run(parts.pipeline().oneForwardOneBackward(shape.microBatches()));
      gradients.reduce();
      GradientNorms norms = gradients.norms();
      StepResult result =
          new StepResult(
              n,
              parts.pipeline().meanLoss(parts.work().meanLoss()),
              norms.global(),
              settings.reportsEachNorm() ? norms.byKey() : Map.of(),
              System.nanoTime() - startedAtNanos);
      if (!Double.isFinite(result.loss()) || !norms.areFinite()) {
        return new StepOutcome.Diverged(result);
      }
      gradients.clip(norms.global(), settings.gradientClipping());
      parts.optimizer().step(parts.progress().state().schedule().rate(n));
      parts.progress().advance(shape.samples(), shape.tokens(), result.loss());
      return new StepOutcome.Taken(result.withNanos(System.nanoTime() - startedAtNanos));
    }
  }
}
