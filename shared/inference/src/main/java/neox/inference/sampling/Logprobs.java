package neox.inference.sampling;

import java.util.Arrays;
import java.util.List;

/// Log-probabilities (natural logarithms) of what a token was chosen from: of the model itself,
/// before penalty, temperature and filters, among the tokens that may be chosen.
///
/// @param chosen of the token
/// @param likeliest the likeliest tokens, which need not include it; likeliest first
public record Logprobs(double chosen, List<Alternative> likeliest) {
  /// A token that could have been chosen.
  public record Alternative(int token, double logprob) {}

  public Logprobs {
    likeliest = List.copyOf(likeliest);
  }

  /// @param logits `[V]`, -∞ for what may not be chosen
  static Logprobs of(float[] logits, int chosen, int alternatives) {
    double normalizer = LogitFilters.logNormalizer(logits);
    List<Alternative> likeliest =
        Arrays.stream(Largest.indices(logits, alternatives))
            .filter(token -> logits[token] != Float.NEGATIVE_INFINITY)
            .mapToObj(token -> new Alternative(token, logits[token] - normalizer))
            .toList();
    return new Logprobs(logits[chosen] - normalizer, likeliest);
  }
}
