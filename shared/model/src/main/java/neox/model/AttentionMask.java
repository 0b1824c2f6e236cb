package neox.model;

import java.util.function.UnaryOperator;
import org.bytedeco.pytorch.Tensor;

/// Which keys `[t]` queries `[s]` must not see.
sealed interface AttentionMask {
  /// Every query sees every key.
  record None() implements AttentionMask {}

  /// As many queries as keys, each sees itself and what is before it.
  ///
  /// @param hidden `[s, s]`, true above the diagonal
  record Causal(Tensor hidden) implements AttentionMask {}

  /// Any other pattern.
  ///
  /// @param hidden true where a key is not seen; broadcastable to `[b, n, s, t]`
  record Hidden(Tensor hidden) implements AttentionMask {}

  /// The same pattern for the first queries and keys alone, where there are as many of both.
  default AttentionMask ofFirst(long tokens) {
    return switch (this) {
      case None _ -> this;
      case Causal(Tensor hidden) -> new Causal(corner(hidden, tokens));
      case Hidden(Tensor hidden) -> new Hidden(corner(hidden, tokens));
    };
  }

  /// The same kind of mask with another tensor, if it has one.
  default AttentionMask exchange(UnaryOperator<Tensor> change) {
    return switch (this) {
      case None _ -> this;
      case Causal(Tensor hidden) -> new Causal(change.apply(hidden));
      case Hidden(Tensor hidden) -> new Hidden(change.apply(hidden));
    };
  }

  private static Tensor corner(Tensor hidden, long tokens) {
    return hidden.narrow(-2, 0, tokens).narrow(-1, 0, tokens);
  }
}
