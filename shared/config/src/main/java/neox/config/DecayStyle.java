package neox.config;

import java.util.Locale;

/// The shape of the learning rate after warm-up (`lr_decay_style`).
public sealed interface DecayStyle {
  /// The value of the key, which checkpoints hold as well.
  String label();

  /// Shapes that begin to fall where the warm-up ends.
  enum Whole implements DecayStyle {
    CONSTANT,
    LINEAR,
    COSINE,
    EXPONENTIAL;

    @Override
    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
      return label();
    }
  }

  /// Warm-up, stable, decay (arXiv:2404.06395): the peak, and a decay over the last steps.
  ///
  /// @param shape of the decay (`lr_wsd_decay_style`)
  /// @param steps of the decay (`lr_wsd_decay_iters`)
  record Wsd(WsdShape shape, long steps) implements DecayStyle {
    public static final String LABEL = "wsd";

    @Override
    public String label() {
      return LABEL;
    }

    @Override
    public String toString() {
      return "%s (%s over the last %d steps)".formatted(LABEL, shape.label(), steps);
    }
  }

  /// How the rate falls from the peak to the floor while r goes from 0 to 1.
  enum WsdShape {
    /// 1 - r
    LINEAR,
    /// 1 - √r (arXiv:2405.18392)
    MINUS_SQRT;

    public String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
