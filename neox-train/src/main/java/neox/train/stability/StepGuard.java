package neox.train.stability;

import java.util.Optional;
import neox.config.StabilityConfig;

/// Decides, from a few numbers that all ranks know alike, whether a step's gradients may change the
/// weights.
public record StepGuard(LossScaling scaling, StabilityConfig config) {
  /// What is known of a step before it is taken.
  ///
  /// @param gradNorm without loss scale, before clipping
  /// @param notFinite the first parameter whose gradient is not finite, in the network's order
  public record Observation(double loss, double gradNorm, Optional<String> notFinite) {
    private boolean isFinite() {
      return Double.isFinite(loss) && Double.isFinite(gradNorm);
    }
  }

  /// What is to be done.
  public sealed interface Verdict {
    /// Change the weights.
    ///
    /// @param after what then counts for the next step
    record Take(Stability after) implements Verdict {}

    /// Change no weight, and go on.
    ///
    /// @param after what then counts for the next step
    record Skip(Stability after, SkipReason reason) implements Verdict {}

    /// Change no weight, and end the run.
    record Stop(StopReason reason) implements Verdict {}
  }

  /// Judges a step.
  public Verdict judge(Observation seen, Stability before) {
    if (!seen.isFinite()) {
      return scaling instanceof LossScaling.None ? notFinite(seen, before) : overflow(seen, before);
    }
    LossScale next = scaling.next(before.lossScale(), false);
    Optional<Spikes> spikes = Spikes.of(config);
    if (spikes.isEmpty()) {
      return new Verdict.Take(before.taken(next));
    }
    Stability remembering = spikes.get().remember(seen, before);
    Optional<SkipReason> spike = spikes.get().find(seen, before);
    return spike
        .map(reason -> skipOrStop(remembering.skipped(next), reason))
        .orElseGet(() -> new Verdict.Take(remembering.taken(next)));
  }

  private Verdict overflow(Observation seen, Stability before) {
    LossScale scale = before.lossScale();
    if (scaling.isExhaustedAt(scale)) {
      return new Verdict.Stop(
          new StopReason.Exhausted(
              new SkipReason.Overflow(seen.notFinite(), scale.scale(), scale.scale())));
    }
    LossScale next = scaling.next(scale, true);
    return skipOrStop(
        before.skipped(next),
        new SkipReason.Overflow(seen.notFinite(), scale.scale(), next.scale()));
  }

  private Verdict notFinite(Observation seen, Stability before) {
    SkipReason reason = new SkipReason.NotFinite(seen.loss(), seen.gradNorm(), seen.notFinite());
    return config.skipsNotFinite()
        ? skipOrStop(before.skipped(before.lossScale()), reason)
        : new Verdict.Stop(new StopReason.Diverged(reason));
  }

  private Verdict skipOrStop(Stability after, SkipReason reason) {
    return after.inARow() < config.mostInARow()
        ? new Verdict.Skip(after, reason)
        : new Verdict.Stop(new StopReason.TooMany(after.inARow(), reason));
  }
}
