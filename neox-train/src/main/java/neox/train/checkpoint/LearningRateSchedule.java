package neox.train.checkpoint;

import neox.config.DecayStyle;
import neox.config.ScheduleConfig;

/// The learning rate as a function of the optimizer step: linear warm-up, then a decay.
///
/// With n = step - 1, W warm-up steps and E = decay steps after them:
///
///     n ≤ W        peak · max(1, n) / W           (never floored)
///     linear       peak · (E - m) / E             with m = n - W
///     cosine       min + (peak - min)/2 · (cos(π m/E) + 1)
///     exponential  peak · exp(-0.693 m/E)
///     constant     peak
///     wsd          peak up to m = E - D, then min + (peak - min) · shape((m - E + D) / D)
///
/// NeoX compat: W may be fractional, and a W below 1 makes the first rate exceed the peak. On
/// purpose unlike NeoX: past the end the rate stays where the decay ended (NeoX's cosine rises
/// again, and a warm-up over the whole decay divides by zero one step later).
///
/// @param warmupSteps W
/// @param decaySteps last step of the decay, warm-up included
/// @param minRate floor of everything but the warm-up
public record LearningRateSchedule(
    DecayStyle style, double peak, double minRate, double warmupSteps, long decaySteps) {

  /// Half-life factor of the exponential decay, as NeoX rounds ln 2.
  private static final double EXPONENT = -0.693;

  public static LearningRateSchedule of(ScheduleConfig config, double peak) {
    return new LearningRateSchedule(
        config.decayStyle(), peak, config.minRate(), config.warmupSteps(), config.decayIters());
  }

  /// The rate of optimizer step `step` (the first is 1).
  public double rate(long step) {
    double n = Math.min(step - 1, decaySteps);
    if (warmupSteps > 0 && n <= warmupSteps) {
      return peak * Math.max(1, n) / warmupSteps;
    }
    double m = n - warmupSteps;
    double end = decaySteps - warmupSteps;
    double rate =
        switch (style) {
          case DecayStyle.Whole.CONSTANT -> peak;
          case DecayStyle.Whole.LINEAR -> peak * (end - m) / end;
          case DecayStyle.Whole.COSINE ->
              minRate + (peak - minRate) / 2 * (Math.cos(Math.PI * m / end) + 1);
          case DecayStyle.Whole.EXPONENTIAL -> peak * Math.exp(EXPONENT * m / end);
          case DecayStyle.Wsd(DecayStyle.WsdShape shape, long steps) ->
              minRate + (peak - minRate) * fraction(shape, (m - end + steps) / steps);
        };
    return Math.max(rate, minRate);
  }

  /// What is left of the way down to the floor.
  ///
  /// @param r how much of the decay has passed; up to 0 it has not begun
  private static double fraction(DecayStyle.WsdShape shape, double r) {
    if (r <= 0) {
      return 1;
    }
    return switch (shape) {
      case LINEAR -> 1 - r;
      case MINUS_SQRT -> 1 - Math.sqrt(r);
    };
  }
}
