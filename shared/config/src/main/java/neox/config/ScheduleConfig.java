package neox.config;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
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
/// @param warmupSteps not always a whole number (`lr_warmup_iters`, or `warmup` of `decayIters`)
/// @param override the configuration wins over the checkpoint's schedule (`override_lr_scheduler`)
/// @param useCheckpoint the checkpoint's schedule wins (`use_checkpoint_lr_scheduler`)
public record ScheduleConfig(
    DecayStyle decayStyle,
    long decayIters,
    double minRate,
    double warmupSteps,
    boolean override,
    boolean useCheckpoint) {

  private static final String WARMUP = "warmup";
  private static final String WARMUP_ITERS = "lr_warmup_iters";
  private static final String WSD_ITERS = "lr_wsd_decay_iters";
  private static final double WARMUP_FRACTION = 0.01;

  /// The last step of the decay.
  ///
  /// @param known false as long as it follows from a length of the run that is not known itself:
  ///   then `step` is a stand-in, and what depends on it cannot be judged
  private record Horizon(long step, boolean known) {}

  /// `peakRate` is what the schedule starts from; it lasts for the run unless keys say otherwise.
  static ScheduleConfig from(ConfigTable t, double peakRate, BatchConfig batch) {
    t.section("Learning rate");
    String style =
        t.get(
            "lr_decay_style",
            ConfigType.oneOf(styles(), Map.of()),
            DecayStyle.Whole.LINEAR.label(),
            "shape of the decay after warm-up; the rate stays where it ends");
    Horizon horizon = horizon(t, batch);
    double warmup = warmup(t, horizon);
    DecayStyle decay = decay(t, style, horizon, warmup);
    double minRate = t.real("min_lr", 0.0, Range.atLeast(0), "floor of the decay");
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
    return new ScheduleConfig(decay, horizon.step(), minRate, warmup, override, useCheckpoint);
  }

  private static List<String> styles() {
    List<String> styles = new ArrayList<>();
    for (DecayStyle.Whole style : DecayStyle.Whole.values()) {
      styles.add(style.label());
    }
    styles.add(DecayStyle.Wsd.LABEL);
    return styles;
  }

  private static Horizon horizon(ConfigTable t, BatchConfig batch) {
    Optional<Long> iters =
        t.optional(
            "lr_decay_iters",
            ConfigType.count(Range.atLeast(1)),
            "last step of the decay; train_iters when not given");
    Optional<Double> fraction =
        t.optional(
            "lr_decay_fraction",
            ConfigType.real(Range.atLeast(0)),
            "last step of the decay as a fraction of train_iters, without lr_decay_iters");
    long part = (long) (fraction.orElse(1.0) * batch.trainIters());
    long decayIters = Math.max(1, iters.orElse(part));
    t.derived("lr_decay_iters", decayIters);
    return new Horizon(decayIters, iters.isPresent() || batch.isLengthKnown());
  }

  private static double warmup(ConfigTable t, Horizon horizon) {
    t.displace(List.of(WARMUP), List.of(WARMUP_ITERS));
    t.displace(List.of(WARMUP_ITERS), List.of(WARMUP));
    Optional<Double> fraction =
        t.optional(
            WARMUP,
            ConfigType.real(Range.between(0, 1)),
            "steps in which the rate rises to its peak, as a fraction of lr_decay_iters; 0.01");
    Optional<Long> iters =
        t.optional(
            WARMUP_ITERS,
            ConfigType.count(Range.atLeast(0)),
            "steps in which the rate rises to its peak, instead of warmup");
    t.check(
        fraction.isEmpty() || iters.isEmpty(),
        List.of(WARMUP_ITERS, WARMUP),
        "give either lr_warmup_iters or warmup, not both");
    t.check(
        !horizon.known() || iters.orElse(0L) <= horizon.step(),
        List.of(WARMUP_ITERS, "lr_decay_iters"),
        "must not be above lr_decay_iters (%d), found %d",
        horizon.step(),
        iters.orElse(0L));
    if (iters.isPresent()) {
      return iters.get();
    }
    t.derived(WARMUP, fraction.orElse(WARMUP_FRACTION));
    return fraction.orElse(WARMUP_FRACTION) * horizon.step();
  }

  private static DecayStyle decay(ConfigTable t, String style, Horizon horizon, double warmup) {
    DecayStyle.WsdShape shape =
        t.choice(
            "lr_wsd_decay_style",
            DecayStyle.WsdShape.LINEAR,
            "how the rate falls at the end of wsd; minus_sqrt is 1 - the square root");
    Optional<Long> iters =
        t.optional(
            WSD_ITERS,
            ConfigType.count(Range.atLeast(1)),
            "steps of the decay of wsd, the last of which is lr_decay_iters; required for wsd, or"
                + " lr_wsd_decay_fraction");
    Optional<Double> fraction =
        t.optional(
            "lr_wsd_decay_fraction",
            ConfigType.real(Range.between(0, 1)),
            "steps of the decay of wsd as a fraction of lr_decay_iters, without"
                + " lr_wsd_decay_iters");
    if (!style.equals(DecayStyle.Wsd.LABEL)) {
      return Arrays.stream(DecayStyle.Whole.values())
          .filter(whole -> whole.label().equals(style))
          .findFirst()
          .orElse(DecayStyle.Whole.LINEAR);
    }
    t.check(
        iters.isPresent() || fraction.isPresent(),
        List.of(WSD_ITERS, "lr_decay_style"),
        "required but missing: steps of the decay at the end (or give lr_wsd_decay_fraction)");
    long part = Math.max(1, (long) (fraction.orElse(0.0) * horizon.step()));
    long steps = iters.orElse(part);
    t.derived(WSD_ITERS, steps);
    t.check(
        !horizon.known() || warmup + steps <= horizon.step(),
        List.of(WSD_ITERS, "lr_wsd_decay_fraction", WARMUP_ITERS, WARMUP),
        "%d steps of decay after %s of warm-up do not fit into lr_decay_iters (%d)",
        steps,
        warmup,
        horizon.step());
    return new DecayStyle.Wsd(shape, steps);
  }
}
