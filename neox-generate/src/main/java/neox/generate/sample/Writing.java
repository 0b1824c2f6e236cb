package neox.generate.sample;

import java.util.List;
import neox.base.UserException;
import neox.inference.sampling.Sampler;
import neox.inference.sampling.TokenDetails;

/// How prompts are continued.
///
/// @param maximumTokens new tokens for each; 0: as many as the model can read
/// @param samples of each prompt
/// @param stops texts that end an answer, and are no part of it
/// @param ends tokens that end an answer; none: the end-of-document token
/// @param seed of the draws
/// @param batchSize how many texts at a time
/// @param recompute no key/value cache
/// @param details of each token beside itself
public record Writing(
    int maximumTokens,
    int samples,
    List<String> stops,
    List<Integer> ends,
    Sampler sampler,
    long seed,
    int batchSize,
    boolean recompute,
    TokenDetails details) {
  public Writing {
    stops = List.copyOf(stops);
    ends = List.copyOf(ends);
    if (maximumTokens < 0) {
      throw UserException.of(
          "--maximum-tokens %d: expected a count, or 0 for as many as fit", maximumTokens);
    }
    if (samples < 1) {
      throw UserException.of("--num-samples %d: expected at least 1", samples);
    }
    if (batchSize < 1) {
      throw UserException.of("--batch-size %d: expected at least 1", batchSize);
    }
    if (ends.stream().anyMatch(id -> id < 0)) {
      throw UserException.of("--eos-token-id %s: expected ids from 0 on", ends);
    }
    if (stops.contains("")) {
      throw new UserException("--stop: expected at least one character");
    }
  }
}
