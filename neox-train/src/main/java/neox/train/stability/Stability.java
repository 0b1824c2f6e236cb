package neox.train.stability;

/// What earlier steps say about the next one; immutable.
///
/// @param lossScale of the next step
/// @param skipped steps of the whole run that changed no weight
/// @param inARow of them, the newest without one in between that did
/// @param losses of the newest steps, kept only where spikes are looked for
/// @param norms of the gradients, likewise
public record Stability(
    LossScale lossScale, long skipped, long inARow, Recent losses, Recent norms) {

  /// Before the first step of a run that neither scales nor skips.
  public static final Stability FRESH = at(new LossScaling.None().first());

  /// Before the first step of a run.
  public static Stability at(LossScale first) {
    return new Stability(first, 0, 0, Recent.NONE, Recent.NONE);
  }

  /// With a count of skipped steps that another program kept.
  public Stability withSkipped(long steps) {
    return new Stability(lossScale, steps, inARow, losses, norms);
  }

  public Stability withLossScale(LossScale other) {
    return new Stability(other, skipped, inARow, losses, norms);
  }

  Stability taken(LossScale next) {
    return new Stability(next, skipped, 0, losses, norms);
  }

  /// After a step of which nothing was read.
  public Stability passedOver() {
    return new Stability(lossScale, skipped + 1, inARow, losses, norms);
  }

  Stability skipped(LossScale next) {
    return new Stability(next, skipped + 1, inARow + 1, losses, norms);
  }

  Stability remembering(Recent newLosses, Recent newNorms) {
    return new Stability(lossScale, skipped, inARow, newLosses, newNorms);
  }
}
