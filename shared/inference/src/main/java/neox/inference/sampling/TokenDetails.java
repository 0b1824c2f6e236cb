package neox.inference.sampling;

import java.util.OptionalInt;
import neox.base.UserException;

/// What is told of each new token beside itself.
///
/// @param alternatives with its log-probability, those of so many of the likeliest tokens; empty:
///   no log-probabilities
/// @param logits all logits that it was chosen from
public record TokenDetails(OptionalInt alternatives, boolean logits) {
  /// The token alone.
  public static final TokenDetails NONE = new TokenDetails(OptionalInt.empty(), false);

  public TokenDetails {
    if (alternatives.isPresent() && alternatives.getAsInt() < 0) {
      throw UserException.of(
          "log-probabilities of %d tokens: expected a count from 0 on", alternatives.getAsInt());
    }
  }

  /// Its log-probability, and those of so many of the likeliest tokens.
  public TokenDetails withLogprobs(int count) {
    return new TokenDetails(OptionalInt.of(count), logits);
  }

  /// All logits that it was chosen from.
  public TokenDetails withLogits() {
    return new TokenDetails(alternatives, true);
  }

  /// Whether nothing is told but the token.
  public boolean areNone() {
    return alternatives.isEmpty() && !logits;
  }
}
