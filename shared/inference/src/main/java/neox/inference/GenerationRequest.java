package neox.inference;

import java.util.function.IntPredicate;

/// A text to be continued.
///
/// @param context at least one token
/// @param maximumTokens new tokens at most
/// @param stop sees every new token in order; the one it accepts is the last
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of ids, never compared
public record GenerationRequest(int[] context, int maximumTokens, IntPredicate stop) {
  public GenerationRequest {
    if (context.length == 0) {
      throw new IllegalArgumentException("a text starts with at least one token");
    }
    if (maximumTokens < 0) {
      throw new IllegalArgumentException(maximumTokens + " tokens cannot be written");
    }
  }
}
