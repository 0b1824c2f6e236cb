package neox.model;

import java.util.Optional;

/// Which tokens a token may see, beside what each block's own window allows: never those after it.
///
/// @param history the tokens before these, remembered; they are seen
/// @param segments a token sees only those of its own, such as its document's; not together with a
///   history
/// @param branches a token sees what is on the path before its branch; not together with the others
public record Visibility(
    AttentionHistory history, Optional<Segments> segments, Optional<Branches> branches) {
  /// Everything before a token.
  public static Visibility all() {
    return new Visibility(AttentionHistory.none(), Optional.empty(), Optional.empty());
  }

  public Visibility withHistory(AttentionHistory value) {
    return new Visibility(value, segments, branches);
  }

  /// Only what is in the same segment.
  public Visibility withSegments(Segments value) {
    return new Visibility(history, Optional.of(value), branches);
  }

  /// What is on the path before a token's branch, and the branch up to itself.
  public static Visibility of(Branches branches) {
    return new Visibility(AttentionHistory.none(), Optional.empty(), Optional.of(branches));
  }
}
