package neox.train.stability;

import java.util.Optional;
import neox.config.StabilityConfig;

/// Finds steps whose loss or gradient norm stands out from those of the steps before, as OLMo's
/// optimizers that skip steps do:
///
///     x - mean > factor · deviation
///
/// Nothing is a spike until half a window of steps is known. Spikes are remembered like all
/// others, so that a level that stays is no spike for long.
///
/// @param factor of the deviation
/// @param window steps that are remembered
record Spikes(double factor, int window) {
  /// The rule of a configuration; empty when it has none.
  static Optional<Spikes> of(StabilityConfig config) {
    return config.spikeFactor() > 0
        ? Optional.of(new Spikes(config.spikeFactor(), config.spikeWindow()))
        : Optional.empty();
  }

  Optional<SkipReason> find(StepGuard.Observation seen, Stability before) {
    return find("loss", seen.loss(), before.losses())
        .or(() -> find("grad norm", seen.gradNorm(), before.norms()));
  }

  private Optional<SkipReason> find(String quantity, double value, Recent before) {
    int known = before.size() + 1; // this step included
    if (known < Math.max(3, window / 2)) { // two values before it, or they have no deviation
      return Optional.empty();
    }
    double mean = before.mean();
    double deviation = before.deviation();
    return value - mean > factor * deviation
        ? Optional.of(new SkipReason.Spike(quantity, value, mean, deviation))
        : Optional.empty();
  }

  Stability remember(StepGuard.Observation seen, Stability before) {
    return before.remembering(
        before.losses().plus(seen.loss(), window), before.norms().plus(seen.gradNorm(), window));
  }
}
