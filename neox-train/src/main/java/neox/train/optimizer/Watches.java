package neox.train.optimizer;

import java.util.List;
import neox.model.LayerWatch;
import neox.model.Parameter;

/// Weights are there before gradients come to them, and go when those have gone.
public record Watches(SharedWeights weights, GradientBuckets gradients)
    implements LayerWatch, MicroBatchSums {
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

  @Override
  public void accumulate() {
    gradients.accumulate();
    weights.endBackward();
  }

  @Override
  public List<Integer> order(int count) {
    return gradients.order(count);
  }

  @Override
  public int divisor(int count) {
    return gradients.divisor(count);
  }
}
