package neox.train;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import neox.config.NeoxConfig;
import neox.train.optimizer.Optimizer;
import neox.train.stability.LossScale;
import neox.weights.neox.DeepSpeedOptimizer;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.StoredLossScale;

/// What DeepSpeed's optimizer has left in a checkpoint of GPT-NeoX, where it has saved any, in this
/// program's terms.
record DeepSpeedState(Path directory, NeoxConfig config, Optional<DeepSpeedOptimizer> optimizer)
    implements AutoCloseable {

  /// @param checkpoint stays the caller's
  static DeepSpeedState open(NeoxCheckpoint checkpoint, NeoxConfig config) throws IOException {
    return new DeepSpeedState(checkpoint.directory(), config, DeepSpeedOptimizer.open(checkpoint));
  }

  boolean isThere() {
    return optimizer.isPresent();
  }

  /// Where dynamic loss scaling stood.
  Optional<LossScale> lossScale() {
    return optimizer.flatMap(DeepSpeedOptimizer::lossScale).map(DeepSpeedState::translated);
  }

  private static LossScale translated(StoredLossScale saved) {
    return new LossScale(
        saved.scale(), saved.hysteresis().orElse(1), saved.step(), saved.lastOverflow());
  }

  /// Hands the state over, which must be there.
  void restore(Optimizer target) throws IOException {
    target.restore(directory, optimizer.orElseThrow(), gradientScale());
  }

  /// This run's gradients as a multiple of those that the saved state remembers, where GPT-NeoX has
  /// added up those of micro-batches (docs/decisions/0002-gradients-are-means.md).
  private double gradientScale() {
    int microBatches = config.batch().gradientAccumulationSteps();
    int summed = optimizer.orElseThrow().summedMicroBatches().orElse(microBatches);
    return (double) config.optimizer().reduction().factor(microBatches) / summed;
  }

  @Override
  public void close() throws IOException {
    if (optimizer.isPresent()) {
      optimizer.get().close();
    }
  }
}
