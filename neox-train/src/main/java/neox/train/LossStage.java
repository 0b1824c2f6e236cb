package neox.train;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import neox.model.Network;
import neox.parallel.pipeline.Stage;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;

/// The whole network as the only pipeline stage: forward computes a micro-batch's loss, backward
/// adds its share to the step's gradients.
///
/// Gradients are means over the micro-batches, so that norms and clipping do not depend on how a
/// batch is cut (docs/decisions/0002-gradients-are-means.md).
final class LossStage implements Stage {
  private final Network network;
  private final BatchFeed feed;
  private final StepGradients gradients;
  private final int microBatches;
  private final Map<Integer, Tensor> pending = new HashMap<>();
  private long step;
  private double lossSum;

  /// @param microBatches of one optimizer step
  LossStage(Network network, BatchFeed feed, StepGradients gradients, int microBatches) {
    this.network = network;
    this.feed = feed;
    this.gradients = gradients;
    this.microBatches = microBatches;
  }

  /// Prepares for the micro-batches of optimizer step `number` (the first is 1).
  void begin(long number) {
    step = number;
    lossSum = 0;
  }

  /// Mean loss of the micro-batches since [#begin].
  double meanLoss() {
    return lossSum / microBatches;
  }

  @Override
  public Tensor forward(int microBatch, Optional<Tensor> activation) {
    MicroBatch batch = feed.get((step - 1) * microBatches + microBatch);
    Tensor loss = network.loss(batch.tokens(), batch.labels(), batch.lossMask());
    lossSum += loss.item_float();
    pending.put(microBatch, Scope.keep(loss));
    return loss;
  }

  @Override
  public Optional<Tensor> backward(int microBatch, Optional<Tensor> gradient) {
    Tensor loss = pending.remove(microBatch);
    if (loss == null) {
      throw new IllegalStateException("backward of micro-batch " + microBatch + " before forward");
    }
    Scope.adopt(loss).div(new Scalar(microBatches)).backward();
    gradients.accumulate();
    return Optional.empty();
  }
}
