package neox.config;

import java.util.List;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// An exponential moving average of the weights, kept beside them while training: what a decayed
/// learning rate would have come to, without a run of its own. Keys are those of torchtitan.
///
/// @param decay of each update, if it is fixed (`ema.decay`)
/// @param halfLifeFraction of the updates so far that make half of the average, where it is not
///   (`ema.half_life_fraction`)
/// @param startStep the first step that is averaged (`ema.start_step`)
/// @param updateEveryNSteps (`ema.update_every_n_steps`)
public record EmaConfig(
    Optional<Double> decay, double halfLifeFraction, long startStep, long updateEveryNSteps) {
  private static final String ENABLE = "ema.enable";

  static Optional<EmaConfig> from(ConfigTable t) {
    boolean enabled =
        t.flag(
            ENABLE,
            false,
            "keep an exponential moving average of the weights, in float32, and save it in"
                + " checkpoints");
    EmaConfig config =
        new EmaConfig(
            t.optional(
                DECAY,
                ConfigType.real(Range.below(0, 1)),
                "average = decay · average + (1 - decay) · weights; without it, decay grows with"
                    + " the updates u: 2^(-1 / (ema.half_life_fraction · u))"),
            t.real(
                "ema.half_life_fraction",
                0.05,
                Range.POSITIVE,
                "the latest part of all updates that makes half of the average"),
            t.integer(
                "ema.start_step",
                0,
                Range.atLeast(0),
                "the first step that is averaged; before it, the average is the weights"),
            t.integer(
                "ema.update_every_n_steps", 1, Range.atLeast(1), "steps between two updates"));
    t.check(
        enabled || config.decay().isEmpty(),
        List.of(DECAY, ENABLE),
        "has no effect without ema.enable; set ema.enable: true, or leave it out");
    return enabled ? Optional.of(config) : Optional.empty();
  }

  private static final String DECAY = "ema.decay";

  /// Whether the average is still the weights themselves.
  public boolean isBefore(long step) {
    return step < startStep;
  }

  /// Whether a step's weights enter the average.
  public boolean isDue(long step) {
    return !isBefore(step) && (step - startStep) % updateEveryNSteps == 0;
  }

  /// What is kept of the average when the weights of a step enter it: a function of the step alone,
  /// so that a run that goes on needs to know nothing else.
  public double decayAt(long step) {
    long updates = Math.max((step - startStep) / updateEveryNSteps, 1);
    return decay.orElseGet(() -> Math.pow(2, -1 / (halfLifeFraction * updates)));
  }
}
