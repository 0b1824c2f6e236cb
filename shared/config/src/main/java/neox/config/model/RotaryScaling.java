package neox.config.model;

import java.util.List;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// How rotary positions reach farther than a network was trained for (`rope_scaling`, its keys
/// named as in the configurations of transformers).
public sealed interface RotaryScaling {
  /// As they are.
  record None() implements RotaryScaling {}

  /// Every position is divided by `factor` (position interpolation, arXiv:2306.15595 eq. 4).
  record Linear(double factor) implements RotaryScaling {}

  /// Dims that turn slowly are interpolated, fast ones are not, and what is in between is mixed
  /// (YaRN, arXiv:2309.00071 §3.2); queries and keys are multiplied by [#attentionFactor].
  ///
  /// @param factor how many times farther than `positions`
  /// @param positions for which the network was trained (`original_max_position_embeddings`)
  /// @param betaFast dims with more turns over those positions are not interpolated
  /// @param betaSlow dims with fewer turns are, wholly
  /// @param attentionFactor of cos and sin, √(1/t) in the paper
  record Yarn(
      double factor, int positions, double betaFast, double betaSlow, double attentionFactor)
      implements RotaryScaling {
    static final double BETA_FAST = 32;
    static final double BETA_SLOW = 1;

    /// The paper's parameters.
    public Yarn(double factor, int positions) {
      this(factor, positions, BETA_FAST, BETA_SLOW, attentionFactor(factor));
    }

    /// `0.1 ln(factor) + 1` (eq. 22).
    public static double attentionFactor(double factor) {
      return factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
    }
  }

  /// The words of `rope_scaling.rope_type`.
  enum Type {
    DEFAULT,
    LINEAR,
    YARN
  }

  /// The word that a configuration says this with.
  default Type type() {
    return switch (this) {
      case None _ -> Type.DEFAULT;
      case Linear _ -> Type.LINEAR;
      case Yarn _ -> Type.YARN;
    };
  }

  static RotaryScaling from(ConfigTable t) {
    Type type =
        t.choice(
            TYPE,
            Type.DEFAULT,
            "rotary positions beyond those of training: linear (arXiv:2306.15595), yarn"
                + " (arXiv:2309.00071)");
    double factor =
        t.real(FACTOR, 1.0, Range.between(1, 1 << 20), "how many times farther they reach");
    Optional<Integer> positions =
        t.optional(
            POSITIONS,
            ConfigType.integer(Range.atLeast(1)),
            "of yarn: positions that the network was trained for");
    double betaFast =
        t.real(
            "rope_scaling.beta_fast",
            Yarn.BETA_FAST,
            Range.POSITIVE,
            "of yarn: dims with more turns over those positions stay as they are");
    double betaSlow =
        t.real(
            "rope_scaling.beta_slow",
            Yarn.BETA_SLOW,
            Range.POSITIVE,
            "of yarn: dims with fewer turns are interpolated wholly");
    Optional<Double> attentionFactor =
        t.optional(
            "rope_scaling.attention_factor",
            ConfigType.real(Range.POSITIVE),
            "of yarn: multiplies cos and sin; 0.1 ln(factor) + 1 when not given");
    t.check(
        type == Type.DEFAULT || factor > 1,
        List.of(FACTOR, TYPE),
        "expected a number greater than 1 with rope_type %s, found %s",
        ConfigType.nameOf(type),
        factor);
    t.check(
        type != Type.YARN || positions.isPresent(),
        List.of(POSITIONS, TYPE),
        "required with rope_type yarn: positions that the network was trained for");
    t.check(
        betaFast > betaSlow,
        List.of("rope_scaling.beta_fast", "rope_scaling.beta_slow"),
        "must be greater than rope_scaling.beta_slow (%s), found %s",
        betaSlow,
        betaFast);
    return switch (type) {
      case DEFAULT -> new None();
      case LINEAR -> new Linear(factor);
      case YARN ->
          new Yarn(
              factor,
              positions.orElse(1),
              betaFast,
              betaSlow,
              attentionFactor.orElse(Yarn.attentionFactor(factor)));
    };
  }

  /// The key of [#type].
  String TYPE = "rope_scaling.rope_type";

  /// The key of how far.
  String FACTOR = "rope_scaling.factor";

  /// The key of from where.
  String POSITIONS = "rope_scaling.original_max_position_embeddings";
}
