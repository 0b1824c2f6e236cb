package neox.train.objective;

import neox.model.Network;
import neox.model.stage.NetworkStage;
import neox.train.data.MicroBatch;
import org.bytedeco.pytorch.Tensor;

/// A model that stays as it is, with which the trained one is compared.
@FunctionalInterface
public interface Reference {
  /// log p(label) at each position, `[b, s]`, without a gradient.
  Tensor logLikelihoods(MicroBatch batch);

  /// The reference that is this network, which stays its owner's.
  static Reference of(Network network) {
    return batch ->
        NetworkStage.evaluate(
            network, batch.inputs(), (hidden, head) -> head.logLikelihoods(hidden, batch.labels()));
  }
}
