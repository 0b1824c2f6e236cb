package neox.train.optimizer;

import neox.model.LayerWatch;
import neox.model.Parameter;

/// Weights are there before gradients come to them, and go when those have gone.
public record Watches(SharedWeights weights, GradientBuckets gradients) implements LayerWatch {
  @Override
  public void beforeForward(int step) {
    weights.beforeForward(step);
  }

  @Override
  public void afterForward(int step) {
    weights.afterForward(step);
  }

  @Override
  public void beforeBackward(int step) {
    weights.beforeBackward(step);
    gradients.beforeBackward(step);
  }

  @Override
  public void afterBackward(int step) {
    gradients.afterBackward(step);
    weights.afterBackward(step);
  }

  @Override
  public void write(Parameter parameter, Runnable writing) {
    weights.write(parameter, writing);
  }

  /// Ends the backward pass of a micro-batch.
  public void endBackward() {
    gradients.accumulate();
    weights.endBackward();
  }
}
