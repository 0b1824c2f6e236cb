package neox.evaluation.request;

/// The answer to one [Request].
public sealed interface Response {
  /// The log-likelihood of a continuation.
  ///
  /// @param greedy whether greedy decoding would have written the continuation
  record Likelihood(double logLikelihood, boolean greedy) implements Response {}

  record RollingLikelihood(double logLikelihood) implements Response {}

  record Generated(String text) implements Response {}
}
