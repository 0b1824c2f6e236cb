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

  /// Dims whose wave is long are interpolated, those whose wave is short are not, and what is in
  /// between is mixed, as Llama 3.1 does (arXiv:2407.21783 §3.4.2 and the code published with it).
  ///
  /// @param factor how many times farther than `positions`
  /// @param positions for which the network was trained (`original_max_position_embeddings`)
  /// @param lowFrequency dims with fewer turns over those positions are interpolated wholly
  ///   (`low_freq_factor`)
  /// @param highFrequency dims with more turns stay as they are (`high_freq_factor`)
  record Llama3(double factor, int positions, double lowFrequency, double highFrequency)
      implements RotaryScaling {
    static final double LOW_FREQUENCY = 1;
    static final double HIGH_FREQUENCY = 4;
  }

  /// The words of `rope_scaling.rope_type`.
  enum Type {
    DEFAULT,
    LINEAR,
    YARN,
    LLAMA3
  }

  /// The word that a configuration says this with.
  default Type type() {
    return switch (this) {
      case None _ -> Type.DEFAULT;
      case Linear _ -> Type.LINEAR;
      case Yarn _ -> Type.YARN;
      case Llama3 _ -> Type.LLAMA3;
    };
  }

  static RotaryScaling from(ConfigTable t) {
    Type type =
        t.choice(
            TYPE,
            Type.DEFAULT,
            "rotary positions beyond those of training: linear (arXiv:2306.15595), yarn"
                + " (arXiv:2309.00071), llama3 (arXiv:2407.21783)");
    double factor =
        t.real(FACTOR, 1.0, Range.between(1, 1 << 20), "how many times farther they reach");
    Optional<Integer> positions =
        t.optional(
            POSITIONS,
            ConfigType.integer(Range.atLeast(1)),
            "of yarn and llama3: positions that the network was trained for");
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
    double low =
        t.real(
            LOW_FREQUENCY,
            Llama3.LOW_FREQUENCY,
            Range.POSITIVE,
            "of llama3: dims with fewer turns over those positions are interpolated wholly");
    double high =
        t.real(
            HIGH_FREQUENCY,
            Llama3.HIGH_FREQUENCY,
            Range.POSITIVE,
            "of llama3: dims with more turns stay as they are");
    t.check(
        type == Type.DEFAULT || factor > 1,
        List.of(FACTOR, TYPE),
        "expected a number greater than 1 with rope_type %s, found %s",
        ConfigType.nameOf(type),
        factor);
    t.check(
        (type != Type.YARN && type != Type.LLAMA3) || positions.isPresent(),
        List.of(POSITIONS, TYPE),
        "required with rope_type %s: positions that the network was trained for",
        ConfigType.nameOf(type));
    t.check(
        high > low,
        List.of(HIGH_FREQUENCY, LOW_FREQUENCY),
        "must be greater than rope_scaling.low_freq_factor (%s), found %s",
        low,
        high);
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
      case LLAMA3 -> new Llama3(factor, positions.orElse(1), low, high);
    };
  }

  /// The key of [#type].
  String TYPE = "rope_scaling.rope_type";

  /// The key of how far.
  String FACTOR = "rope_scaling.factor";

  /// The key of from where.
  String POSITIONS = "rope_scaling.original_max_position_embeddings";

  /// The key of [Llama3#lowFrequency].
  String LOW_FREQUENCY = "rope_scaling.low_freq_factor";

  /// The key of [Llama3#highFrequency].
  String HIGH_FREQUENCY = "rope_scaling.high_freq_factor";
}
