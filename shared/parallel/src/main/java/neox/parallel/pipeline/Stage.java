package neox.parallel.pipeline;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/// One pipeline stage's part of the network, with the micro-batches that it reads.
///
/// Every call runs in a [neox.tensor.Scope] of its own; what `backward` will need of its `forward`
/// the stage keeps itself ([neox.tensor.Scope#keep]) and releases when `backward` is done.
public interface Stage {
  /// Computes one micro-batch.
  ///
  /// @param activation what the previous stage computed; empty on the first stage
  /// @return the activation for the next stage; on the last stage, the loss
  Tensor forward(int microBatch, Optional<Tensor> activation);

  /// Adds this micro-batch's share to the gradients of the parameters.
  ///
  /// @param gradient with respect to what `forward` returned; empty on the last stage
  /// @return the gradient with respect to the activation that `forward` was given; empty on the
  ///   first stage
  Optional<Tensor> backward(int microBatch, Optional<Tensor> gradient);
}
