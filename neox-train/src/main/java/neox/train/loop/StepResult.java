package neox.train.loop;

import java.util.Map;

/// What one optimizer step did.
///
/// @param samples that it was made of
/// @param loss mean over the step's micro-batches
/// @param metrics what the objective reports besides, means too, by name
/// @param gradNorm global norm of the mean gradient, before clipping
/// @param gradNorms of each parameter by its key; empty unless `log_grad_norm` asks for them
/// @param nanos wall time of the step alone, without evaluation and saving
public record StepResult(
    long step,
    SampleRange samples,
    double loss,
    Map<String, Double> metrics,
    double gradNorm,
    Map<String, Double> gradNorms,
    long nanos) {

  public StepResult withNanos(long measured) {
    return new StepResult(step, samples, loss, metrics, gradNorm, gradNorms, measured);
  }
}
