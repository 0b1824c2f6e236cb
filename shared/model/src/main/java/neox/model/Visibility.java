package neox.model;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/// Which tokens a token may see, beside what each block's own window allows: never those after it.
///
/// @param history the tokens before these, remembered; they are seen
/// @param segments `[b, s]` int64: a token sees only those of its own number, such as its
///   document's; not together with a history
public record Visibility(AttentionHistory history, Optional<Tensor> segments) {
  /// Everything before a token.
  public static Visibility all() {
    return new Visibility(AttentionHistory.none(), Optional.empty());
  }

  public Visibility withHistory(AttentionHistory value) {
    return new Visibility(value, segments);
  }

  /// Only what has the same number.
  public Visibility withSegments(Tensor value) {
    return new Visibility(history, Optional.of(value));
  }
}
