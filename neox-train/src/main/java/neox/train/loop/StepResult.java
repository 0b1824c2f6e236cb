package neox.train.loop;

import java.util.Map;

/// What one optimizer step did.
///
/// @param samples that it was made of
/// @param loss mean over the step's micro-batches
/// @param metrics what the objective reports besides, means too, by name
/// @param gradNorm global norm of the mean gradient, before clipping
/// @param figures of each parameter, where the configuration asks for them
/// @param nanos wall time of the step alone, without evaluation and saving
public record StepResult(
    long step,
    SampleRange samples,
    double loss,
    Map<String, Double> metrics,
    double gradNorm,
    StepFigures figures,
    long nanos) {

  /// The same with what was found out at the end of the step.
  StepResult with(StepFigures found, long measured) {
    return new StepResult(step, samples, loss, metrics, gradNorm, found, measured);
  }
}
