package neox.train.loop;

import java.util.Map;

/// What one optimizer step did.
///
/// @param loss mean over the step's micro-batches
/// @param gradNorm global norm of the mean gradient, before clipping
/// @param gradNorms of each parameter by its key; empty unless `log_grad_norm` asks for them
/// @param nanos wall time of the step alone, without evaluation and saving
public record StepResult(
    long step, double loss, double gradNorm, Map<String, Double> gradNorms, long nanos) {

  public StepResult withNanos(long measured) {
    return new StepResult(step, loss, gradNorm, gradNorms, measured);
  }
}
