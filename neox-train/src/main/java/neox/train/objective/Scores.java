package neox.train.objective;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/// What an objective may ask about a micro-batch: log p(label) at each position.
@FunctionalInterface
public interface Scores {
  /// log p(label) at each position.
  ///
  /// @param labels `[b, s]` int64
  /// @param weights `[b, s]` float32: what the result will be weighted with, up to one factor,
  ///   where that is known beforehand; saves a pass over the vocabulary
  /// @return `[b, s]`, float32 at least
  Tensor logLikelihoods(Tensor labels, Optional<Tensor> weights);
}
