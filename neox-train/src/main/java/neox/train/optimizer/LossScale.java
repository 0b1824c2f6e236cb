package neox.train.optimizer;

import neox.base.UserException;

/// What the loss is multiplied by so that small gradients survive float16 (arXiv:1710.03740 §3.2).
/// A value; each step's outcome leads to the next.
public sealed interface LossScale {
  /// The factor of the next step.
  double scale();

  /// After a step.
  ///
  /// @param overflow whether a gradient was infinite or undefined, so that no weight changed
  LossScale next(boolean overflow);

  /// One factor for the whole run, as `fp16.loss_scale` asks.
  record Constant(double scale) implements LossScale {
    @Override
    public LossScale next(boolean overflow) {
      return this;
    }
  }

  /// Halved by overflows, doubled after a number of steps without one. DeepSpeed runs two forms of
  /// this: see [Sharded] and [Replicated].
  ///
  /// @param window steps without overflow until the scale is doubled (`fp16.loss_scale_window`)
  /// @param minimum (`fp16.min_loss_scale`)
  record Rules(long window, double minimum) {}

  /// With ZeRO: the first overflows may be forgiven.
  ///
  /// @param hysteresis see [Hysteresis]
  /// @param patience the how-manieth overflow from now on halves the scale, at least 1
  /// @param step of the run, from 0 on
  /// @param lastOverflow the step of the last one, -1 before the first
  record Sharded(
      double scale, Rules rules, Hysteresis hysteresis, int patience, long step, long lastOverflow)
      implements LossScale {

    /// How many overflows are forgiven.
    ///
    /// @param overflows the n-th halves the scale (`fp16.hysteresis`)
    /// @param consecutive whether every step without overflow makes the count start again, not only
    ///   every doubling (`fp16.consecutive_hysteresis`)
    /// @param endsAtMinimum whether an overflow at the smallest scale ends the run
    public record Hysteresis(int overflows, boolean consecutive, boolean endsAtMinimum) {}

    /// Before the first step.
    public static Sharded first(double scale, Rules rules, Hysteresis hysteresis) {
      return new Sharded(scale, rules, hysteresis, hysteresis.overflows(), 0, -1);
    }

    @Override
    public Sharded next(boolean overflow) {
      return overflow ? afterOverflow() : afterSuccess();
    }

    private Sharded afterOverflow() {
      if (patience > 1) {
        return new Sharded(scale, rules, hysteresis, patience - 1, step + 1, step);
      }
      if (scale == rules.minimum() && hysteresis.endsAtMinimum()) {
        throw UserException.of(
            "step %d: gradients overflow although the loss scale is at its minimum of %s; lower the"
                + " learning rate, or train with precision: bfloat16",
            step + 1, scale);
      }
      double halved = Math.max(scale / 2, rules.minimum());
      return new Sharded(halved, rules, hysteresis, patience, step + 1, step);
    }

    private Sharded afterSuccess() {
      boolean doubles = (step - lastOverflow) % rules.window() == 0;
      int next = doubles || hysteresis.consecutive() ? hysteresis.overflows() : patience;
      return new Sharded(
          doubles ? 2 * scale : scale, rules, hysteresis, next, step + 1, lastOverflow);
    }
  }

  /// Without ZeRO: every overflow halves the scale, and the window begins one step later.
  ///
  /// @param step see [Sharded]
  /// @param lastOverflow see [Sharded]
  record Replicated(double scale, Rules rules, long step, long lastOverflow) implements LossScale {
    /// Before the first step.
    public static Replicated first(double scale, Rules rules) {
      return new Replicated(scale, rules, 0, -1);
    }

    @Override
    public Replicated next(boolean overflow) {
      if (overflow) {
        return new Replicated(Math.max(scale / 2, rules.minimum()), rules, step + 1, step);
      }
      long stable = step - lastOverflow - 1;
      boolean doubles = stable > 0 && stable % rules.window() == 0;
      return new Replicated(doubles ? 2 * scale : scale, rules, step + 1, lastOverflow);
    }
  }
}
