package neox.inference;

/// What the model thinks of one request.
///
/// @param logLikelihood sum of the targets' log-probabilities (natural logarithm, summed in
///   float32)
/// @param greedy whether every target is the most probable token at its position
/// @param tokenLogLikelihoods log-probability of each target
@SuppressWarnings("ArrayRecordComponent") // a plain carrier, never compared
public record Score(double logLikelihood, boolean greedy, float[] tokenLogLikelihoods) {
  /// The score of these targets, added in float32 as the harness adds.
  public static Score of(boolean greedy, float[] tokenLogLikelihoods) {
    float sum = 0;
    for (float logLikelihood : tokenLogLikelihoods) {
      sum += logLikelihood;
    }
    return new Score(sum, greedy, tokenLogLikelihoods);
  }
}
