package neox.model;

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
}
