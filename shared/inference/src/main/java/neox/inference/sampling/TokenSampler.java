package neox.inference.sampling;

import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/// Chooses the tokens of one sample, one after the other. Mutable: knows what was chosen.
public final class TokenSampler {
  private final Sampler sampler;
  private final TokenDetails details;
  private final RandomStream random;
  private final BitSet seen = new BitSet();
  private int count;

  /// What was chosen.
  ///
  /// @param logprobs where they are wanted
  public record Chosen(int token, Optional<Logprobs> logprobs) {}

  /// @param context what the sample continues
  public TokenSampler(Sampler sampler, TokenDetails details, RandomStream random, int[] context) {
    this.sampler = sampler;
    this.details = details;
    this.random = random;
    if (sampler.mindsRepetition()) {
      Arrays.stream(context).forEach(seen::set);
    }
  }

  /// Whether the token is always the likeliest one, and nothing else is asked, so that who knows it
  /// can [#take] it.
  public boolean takesLikeliest() {
    return sampler.isGreedy() && !sampler.mindsRepetition() && details.alternatives().isEmpty();
  }

  /// The likeliest token.
  public Chosen take(int token) {
    return chosen(token, Optional.empty());
  }

  /// The next token, chosen from the logits `[V]`, -∞ for what may not be chosen.
  public Chosen next(float[] logits) {
    float[] changed = logits.clone();
    if (sampler.mindsRepetition()) {
      seen.stream().forEach(token -> changed[token] = sampler.penalized(changed[token]));
    }
    int token = sampler.next(changed, random.uniform(count));
    Optional<Logprobs> logprobs =
        details.alternatives().isPresent()
            ? Optional.of(Logprobs.of(logits, token, details.alternatives().getAsInt()))
            : Optional.empty();
    return chosen(token, logprobs);
  }

  private Chosen chosen(int token, Optional<Logprobs> logprobs) {
    count++;
    if (sampler.mindsRepetition()) {
      seen.set(token);
    }
    return new Chosen(token, logprobs);
  }
}
