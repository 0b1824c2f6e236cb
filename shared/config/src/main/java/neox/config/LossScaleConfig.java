package neox.config;

import java.util.List;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// What the loss is multiplied by in float16 training, so that small gradients do not vanish
/// (arXiv:1710.03740 §3.2).
public sealed interface LossScaleConfig {
  /// Nothing: the gradients of other types need no help.
  record None() implements LossScaleConfig {}

  /// The same factor for the whole run (`fp16.loss_scale`).
  record Constant(double scale) implements LossScaleConfig {}

  /// A factor that is halved when gradients overflow, and doubled when they have not for long.
  ///
  /// @param first factor (2 to the power of `fp16.initial_scale_power`)
  /// @param window steps without overflow until it is doubled (`fp16.loss_scale_window`)
  /// @param minimum (`fp16.min_loss_scale`)
  /// @param hysteresis the how-manieth overflow halves it, with ZeRO (`fp16.hysteresis`)
  /// @param consecutive whether each step without overflow renews that patience
  ///   (`fp16.consecutive_hysteresis`)
  record Dynamic(double first, long window, double minimum, int hysteresis, boolean consecutive)
      implements LossScaleConfig {}

  static LossScaleConfig from(ConfigTable t, Precision precision) {
    double scale =
        t.real(
            "fp16.loss_scale",
            0.0,
            Range.atLeast(0),
            "what the loss is multiplied by in fp16; 0: found while training, halved on overflow");
    int power =
        t.integer(
            "fp16.initial_scale_power", 16, Range.between(0, 126), "the first scale is 2 to this");
    long window =
        t.count(
            "fp16.loss_scale_window",
            1000,
            Range.atLeast(1),
            "steps without overflow until the scale is doubled");
    int hysteresis =
        t.integer(
            "fp16.hysteresis",
            2,
            Range.atLeast(1),
            "the how-manieth overflow halves the scale; with zero_optimization.stage 1 and more,"
                + " as in DeepSpeed: without ZeRO every one does");
    boolean consecutive =
        t.flag(
            "fp16.consecutive_hysteresis",
            false,
            "each step without overflow renews that patience, not only each doubling");
    double minimum =
        t.real("fp16.min_loss_scale", 1.0, Range.POSITIVE, "the scale is never halved below this");
    double first = Math.scalb(1.0, power);
    t.check(
        minimum <= first,
        List.of("fp16.min_loss_scale", "fp16.initial_scale_power"),
        "above the first scale: expected at most 2 to the power of %d, found %s",
        power,
        minimum);
    if (precision != Precision.FP16) {
      return new None();
    }
    return scale > 0
        ? new Constant(scale)
        : new Dynamic(first, window, minimum, hysteresis, consecutive);
  }
}
