package neox.train;

import java.util.List;
import java.util.Map;
import neox.parallel.pipeline.StageRunner;
import neox.parallel.pipeline.Step;
import neox.tensor.Scope;

/// One optimizer step, on one screen.
final class Trainer {
  private final LossStage stage;
  private final StageRunner runner;
  private final List<Step> steps;
  private final StepGradients gradients;
  private final AdamW optimizer;
  private final TrainProgress progress;
  private final Settings settings;

  /// @param gradientClipping largest global norm, 0 for none
  /// @param samplesPerStep of all micro-batches together
  /// @param reportsEachNorm results hold the norm of every parameter's gradient
  record Settings(
      double gradientClipping, int samplesPerStep, int seqLength, boolean reportsEachNorm) {}

  Trainer(
      LossStage stage,
      List<Step> steps,
      StepGradients gradients,
      AdamW optimizer,
      TrainProgress progress,
      Settings settings) {
    this.stage = stage;
    this.runner = StageRunner.single(stage);
    this.steps = steps;
    this.gradients = gradients;
    this.optimizer = optimizer;
    this.progress = progress;
    this.settings = settings;
  }

  /// Takes optimizer step `n`, the next after the state's.
  ///
  /// @throws NotANumberException when loss or gradient are not finite; no weight has changed then
  StepResult step(long n) throws NotANumberException {
    long startedAtNanos = System.nanoTime();
    try (var _ = Scope.open()) {
      gradients.clear();
      stage.begin(n);
      runner.run(steps);
      Map<String, Double> norms = gradients.norms();
      double norm = StepGradients.globalNorm(norms.values());
      StepResult result =
          new StepResult(
              n,
              stage.meanLoss(),
              norm,
              settings.reportsEachNorm() ? norms : Map.of(),
              System.nanoTime() - startedAtNanos);
      if (!Double.isFinite(result.loss()) || !Double.isFinite(norm)) {
        throw new NotANumberException(result);
      }
      gradients.clip(norm, settings.gradientClipping());
      optimizer.step(progress.state().schedule().rate(n));
      progress.advance(
          settings.samplesPerStep(),
          (long) settings.samplesPerStep() * settings.seqLength(),
          result.loss());
      return result.withNanos(System.nanoTime() - startedAtNanos);
    }
  }
}
