package neox.inference;

import neox.inference.sampling.Sampler;
import neox.inference.sampling.TokenDetails;
import neox.inference.text.StopTokens;

/// A text to be continued.
///
/// @param context at least one token
/// @param maximumTokens new tokens of a continuation at most
/// @param samples how many continuations; they share the pass over the context
/// @param sampler chooses each token
/// @param seed of the draws: sample i of equal requests draws the same numbers, whatever is
///   continued beside it
/// @param stop tokens that end a continuation
/// @param details what is told of each token
@SuppressWarnings("ArrayRecordComponent") // a plain carrier of ids, never compared
public record GenerationRequest(
    int[] context,
    int maximumTokens,
    int samples,
    Sampler sampler,
    long seed,
    StopTokens stop,
    TokenDetails details) {
  public GenerationRequest {
    if (context.length == 0) {
      throw new IllegalArgumentException("a text starts with at least one token");
    }
    if (maximumTokens < 0) {
      throw new IllegalArgumentException(maximumTokens + " tokens cannot be written");
    }
    if (samples < 1) {
      throw new IllegalArgumentException(samples + " samples of a text");
    }
  }

  /// The likeliest tokens, which nothing stops but their number.
  public static GenerationRequest greedy(int[] context, int maximumTokens) {
    return new GenerationRequest(
        context, maximumTokens, 1, Sampler.greedy(), 0, StopTokens.none(), TokenDetails.NONE);
  }

  public GenerationRequest withSamples(int value) {
    return new GenerationRequest(context, maximumTokens, value, sampler, seed, stop, details);
  }

  public GenerationRequest withSampler(Sampler value, long seed) {
    return new GenerationRequest(context, maximumTokens, samples, value, seed, stop, details);
  }

  public GenerationRequest withStop(StopTokens value) {
    return new GenerationRequest(context, maximumTokens, samples, sampler, seed, value, details);
  }

  public GenerationRequest withDetails(TokenDetails value) {
    return new GenerationRequest(context, maximumTokens, samples, sampler, seed, stop, value);
  }
}
