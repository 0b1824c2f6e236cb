package neox.train.stability;

import neox.config.LossScaleConfig;

/// What the loss is multiplied by so that small gradients survive float16 (arXiv:1710.03740 §3.2):
/// how each step's outcome leads from one [LossScale] to the next.
public sealed interface LossScaling {
  /// The rules that a configuration asks for.
  ///
  /// DeepSpeed has two forms of dynamic scaling: that of its ZeRO optimizers, and that of the
  /// optimizer without ZeRO.
  static LossScaling of(LossScaleConfig config, int zeroStage) {
    return switch (config) {
      case LossScaleConfig.None _ -> new None();
      case LossScaleConfig.Constant(double scale) -> new Constant(scale);
      case LossScaleConfig.Dynamic dynamic -> {
        Rules rules = new Rules(dynamic.first(), dynamic.window(), dynamic.minimum());
        yield zeroStage == 0
            ? new Replicated(rules)
            : new Sharded(rules, new Hysteresis(dynamic.hysteresis(), dynamic.consecutive(), true));
      }
    };
  }

  /// Before the first step of a run.
  LossScale first();

  /// After a step.
  ///
  /// @param overflow whether a gradient was infinite or undefined, so that no weight changed
  LossScale next(LossScale scale, boolean overflow);

  /// Before the first step of a run that continues.
  ///
  /// @param saved of the run that it continues, which may have had other rules, or none
  default LossScale resumed(LossScale saved) {
    return saved.equals(LossScale.NONE)
        ? first()
        : saved.withPatience(Math.clamp(saved.patience(), 1, first().patience()));
  }

  /// Whether an overflow now leaves no scale to go on with.
  default boolean isExhaustedAt(LossScale scale) {
    return false;
  }

  /// Gradients that are not finite are nothing but that.
  record None() implements LossScaling {
    @Override
    public LossScale first() {
      return LossScale.NONE;
    }

    @Override
    public LossScale resumed(LossScale saved) {
      return first();
    }

    @Override
    public LossScale next(LossScale scale, boolean overflow) {
      return scale;
    }
  }

  /// One factor for the whole run, as `fp16.loss_scale` asks.
  record Constant(double factor) implements LossScaling {
    @Override
    public LossScale first() {
      return LossScale.first(factor, 1);
    }

    @Override
    public LossScale resumed(LossScale saved) {
      return first();
    }

    @Override
    public LossScale next(LossScale scale, boolean overflow) {
      return scale;
    }
  }

  /// Halved by overflows, doubled after a number of steps without one.
  ///
  /// @param first scale (2 to the power of `fp16.initial_scale_power`)
  /// @param window steps without overflow until the scale is doubled (`fp16.loss_scale_window`)
  /// @param minimum (`fp16.min_loss_scale`)
  record Rules(double first, long window, double minimum) {
    double half(double scale) {
      return Math.max(scale / 2, minimum);
    }
  }

  /// How many overflows are forgiven.
  ///
  /// @param overflows the n-th halves the scale (`fp16.hysteresis`)
  /// @param consecutive whether every step without overflow makes the count start again, not only
  ///   every doubling (`fp16.consecutive_hysteresis`)
  /// @param endsAtMinimum whether an overflow at the smallest scale ends the run
  record Hysteresis(int overflows, boolean consecutive, boolean endsAtMinimum) {}

  /// With ZeRO: the first overflows may be forgiven.
  record Sharded(Rules rules, Hysteresis hysteresis) implements LossScaling {
    @Override
    public LossScale first() {
      return LossScale.first(rules.first(), hysteresis.overflows());
    }

    @Override
    public boolean isExhaustedAt(LossScale scale) {
      return hysteresis.endsAtMinimum()
          && scale.patience() == 1
          && scale.scale() == rules.minimum();
    }

    @Override
    public LossScale next(LossScale scale, boolean overflow) {
      return overflow ? afterOverflow(scale) : afterSuccess(scale);
    }

    private LossScale afterOverflow(LossScale scale) {
      if (isExhaustedAt(scale)) {
        throw new IllegalStateException("the loss scale cannot become smaller");
      }
      return scale.patience() > 1
          ? scale.overflowed(scale.scale(), scale.patience() - 1)
          : scale.overflowed(rules.half(scale.scale()), 1);
    }

    private LossScale afterSuccess(LossScale scale) {
      boolean doubles = (scale.step() - scale.lastOverflow()) % rules.window() == 0;
      boolean forgives = doubles || hysteresis.consecutive();
      return scale.passed(
          doubles ? 2 * scale.scale() : scale.scale(),
          forgives ? hysteresis.overflows() : scale.patience());
    }
  }

  /// Without ZeRO: every overflow halves the scale, and the window begins one step later.
  record Replicated(Rules rules) implements LossScaling {
    @Override
    public LossScale first() {
      return LossScale.first(rules.first(), 1);
    }

    @Override
    public LossScale next(LossScale scale, boolean overflow) {
      if (overflow) {
        return scale.overflowed(rules.half(scale.scale()), 1);
      }
      long stable = scale.step() - scale.lastOverflow() - 1;
      boolean doubles = stable > 0 && stable % rules.window() == 0;
      return scale.passed(doubles ? 2 * scale.scale() : scale.scale(), 1);
    }
  }
}
