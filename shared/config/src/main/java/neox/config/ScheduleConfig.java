package neox.config;

import java.util.List;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// The learning rate over time.
///
/// @param decayStyle shape after warm-up (`lr_decay_style`)
/// @param decayIters last step of the decay (`lr_decay_iters`, or `lr_decay_fraction` of the run,
///   or the run)
/// @param minRate floor of the decay (`min_lr`)
/// @param warmupFraction of `decayIters` (`warmup`)
/// @param override the configuration wins over the checkpoint's schedule (`override_lr_scheduler`)
/// @param useCheckpoint the checkpoint's schedule wins (`use_checkpoint_lr_scheduler`)
public record ScheduleConfig(
    DecayStyle decayStyle,
    long decayIters,
    double minRate,
    double warmupFraction,
    boolean override,
    boolean useCheckpoint) {

  /// `lr_decay_style`.
  public enum DecayStyle {
    CONSTANT,
    LINEAR,
    COSINE,
    EXPONENTIAL
  }

  /// `peakRate` and `trainIters` are what the schedule starts from and lasts for.
  static ScheduleConfig from(ConfigTable t, double peakRate, long trainIters) {
    t.section("Learning rate");
    DecayStyle style =
        t.choice("lr_decay_style", DecayStyle.LINEAR, "shape of the decay after warm-up");
    Optional<Long> iters =
        t.optional(
            "lr_decay_iters",
            ConfigType.count(Range.atLeast(1)),
            "last step of the decay; train_iters when not given");
    Optional<Double> fraction =
        t.optional(
            "lr_decay_fraction",
            ConfigType.real(Range.between(0, 1)),
            "last step of the decay as a fraction of train_iters, without lr_decay_iters");
    double minRate = t.real("min_lr", 0.0, Range.atLeast(0), "floor of the decay");
    double warmup = t.real("warmup", 0.01, Range.between(0, 1), "fraction of the decay steps");
    boolean override =
        t.flag("override_lr_scheduler", false, "this schedule wins over the checkpoint's");
    boolean useCheckpoint =
        t.flag("use_checkpoint_lr_scheduler", false, "the checkpoint's schedule wins");
    t.check(
        minRate <= peakRate,
        List.of("min_lr", "optimizer.params.lr"),
        "must not be above optimizer.params.lr (%s), found %s",
        peakRate,
        minRate);
    t.check(
        !(override && useCheckpoint),
        List.of("override_lr_scheduler", "use_checkpoint_lr_scheduler"),
        "override_lr_scheduler and use_checkpoint_lr_scheduler contradict each other");
    long part = (long) (fraction.orElse(1.0) * trainIters);
    long decayIters = Math.max(1, iters.orElse(part));
    t.derived("lr_decay_iters", decayIters);
    return new ScheduleConfig(style, decayIters, minRate, warmup, override, useCheckpoint);
  }
}
