package neox.model;

import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import neox.model.position.Places;
import org.bytedeco.pytorch.Tensor;

/// What one pass through the layers needs beside the activations, the same for all of them.
///
/// @param positions of the tokens
/// @param segments see [Visibility]
/// @param masks what queries may not see, by the width of a block's window; of the longest segment,
///   where there are segments
/// @param bias what positions add to the scores, broadcastable to `[b, n, s, t]`; of the longest
///   segment likewise
record Pass(
    Places positions,
    AttentionHistory history,
    Optional<Segments> segments,
    Map<OptionalInt, AttentionMask> masks,
    Optional<Tensor> bias,
    Mode mode) {

  AttentionMask mask(OptionalInt window) {
    return Objects.requireNonNull(masks.get(window), "a window that no block has");
  }

  boolean training() {
    return switch (mode) {
      case TRAINING -> true;
      case EVALUATION -> false;
    };
  }
}
