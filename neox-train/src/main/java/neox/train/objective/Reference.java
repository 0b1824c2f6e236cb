package neox.train.objective;

import java.util.function.IntFunction;
import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.train.data.MicroBatch;
import org.bytedeco.pytorch.Tensor;

/// A model that stays as it is, with which the trained one is compared, or what it has said before.
@FunctionalInterface
public interface Reference {
  /// log p(label) at each position, `[b, s]`, without a gradient.
  Tensor logLikelihoods(MicroBatch batch);

  /// Tells it which micro-batches it will be asked about next, in their order. All ranks call this
  /// together.
  default void readAhead(Ahead ahead) {}

  /// Micro-batches to come.
  ///
  /// @param batches by their place, from 0
  /// @param seqLength tokens of their rows
  record Ahead(IntFunction<MicroBatch> batches, int count, int seqLength) {}

  /// The reference that has said all before the run.
  static Reference precomputed() {
    return batch ->
        batch
            .reference()
            .orElseThrow(() -> new IllegalStateException("no reference with the data"));
  }

  /// The reference that is this whole network, which stays its owner's.
  static Reference of(Network network) {
    return batch ->
        NetworkStage.evaluate(
            network, batch.inputs(), (hidden, head) -> head.logLikelihoods(hidden, batch.labels()));
  }
}
