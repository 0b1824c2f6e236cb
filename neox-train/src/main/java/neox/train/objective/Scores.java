package neox.train.objective;

import java.util.Optional;
import java.util.function.UnaryOperator;
import neox.model.Head;
import org.bytedeco.pytorch.Tensor;

/// What an objective may ask about a micro-batch.
public interface Scores {
  /// log p(label) at each position.
  ///
  /// @param labels `[b, s]` int64
  /// @param weights `[b, s]` float32: what the result will be weighted with, up to one factor,
  ///   where that is known beforehand; saves a pass over the vocabulary
  /// @return `[b, s]`, float32 at least
  Tensor logLikelihoods(Tensor labels, Optional<Tensor> weights);

  /// log p(label) and log Z at each position.
  ///
  /// @param labels `[b, s]` int64
  Head.Normalized normalized(Tensor labels);

  /// What a reward model says at each position: `[b, s]`, float32 at least.
  Tensor rewards();

  /// The same, but told of other weights than the objective names.
  default Scores weightedAs(UnaryOperator<Tensor> weights) {
    Scores plain = this;
    return new Scores() {
      @Override
      public Tensor logLikelihoods(Tensor labels, Optional<Tensor> named) {
        return plain.logLikelihoods(labels, named.map(weights));
      }

      @Override
      public Head.Normalized normalized(Tensor labels) {
        return plain.normalized(labels);
      }

      @Override
      public Tensor rewards() {
        return plain.rewards();
      }
    };
  }

  /// What a network's head says of its last hidden states `[b, s, h]`.
  static Scores of(Tensor hidden, Head head) {
    return new Scores() {
      @Override
      public Tensor logLikelihoods(Tensor labels, Optional<Tensor> weights) {
        return head.logLikelihoods(hidden, labels, weights);
      }

      @Override
      public Head.Normalized normalized(Tensor labels) {
        return head.normalized(hidden, labels);
      }

      @Override
      public Tensor rewards() {
        return head.rewards(hidden);
      }
    };
  }
}
