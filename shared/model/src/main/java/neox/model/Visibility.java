package neox.model;

import java.util.Optional;

/// Which tokens a token may see, beside what each block's own window allows: never those after it.
///
/// @param history the tokens before these, remembered; they are seen
/// @param segments a token sees only those of its own, such as its document's; not together with a
///   history
public record Visibility(AttentionHistory history, Optional<Segments> segments) {
  /// Everything before a token.
  public static Visibility all() {
    return new Visibility(AttentionHistory.none(), Optional.empty());
  }

  public Visibility withHistory(AttentionHistory value) {
    return new Visibility(value, segments);
  }

  /// Only what is in the same segment.
  public Visibility withSegments(Segments value) {
    return new Visibility(history, Optional.of(value));
  }
}
