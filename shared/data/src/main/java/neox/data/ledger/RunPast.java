package neox.data.ledger;

import java.util.Optional;

/// How far a run has come that goes on.
///
/// @param steps taken, or skipped
/// @param samples of those steps
/// @param tokens that were trained on
/// @param ledger of its training data, where it has one
/// @param mixture the one mixture that it has read, where it has no ledger and that is known
public record RunPast(
    long steps, long samples, long tokens, Optional<Ledger> ledger, Optional<Ledger> mixture) {
  /// A run that begins.
  public static final RunPast NONE = new RunPast(0, 0, 0, Optional.empty(), Optional.empty());

  /// A run of which only this is known.
  public static RunPast of(long steps, long samples, long tokens) {
    return new RunPast(steps, samples, tokens, Optional.empty(), Optional.empty());
  }

  public RunPast withLedger(Ledger value) {
    return new RunPast(steps, samples, tokens, Optional.of(value), Optional.empty());
  }

  public RunPast withMixture(Ledger value) {
    return new RunPast(steps, samples, tokens, Optional.empty(), Optional.of(value));
  }
}
