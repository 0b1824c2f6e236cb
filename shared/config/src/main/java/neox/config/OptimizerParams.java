package neox.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// What `optimizer.params` says besides the rate. Which of it counts depends on the rule, as does
/// what holds for a number that is not given.
///
/// @param decoupled see [OptimizerRule.Decay]
record OptimizerParams(
    Optional<List<Double>> betas,
    Optional<Double> epsilon,
    Optional<Double> momentum,
    double beta,
    boolean decoupled,
    boolean biasCorrection,
    MuonParams muon) {

  private static final String BETAS = "optimizer.params.betas";
  private static final String EPSILON = "optimizer.params.eps";
  private static final String MOMENTUM = "optimizer.params.momentum";

  /// The words for `optimizer.type`.
  static ConfigType<String> types() {
    return ConfigType.oneOf(
        List.of("adam", "cpu_adam", "cpu_torch_adam", "lion", "sgd", "sm3", "madgrad_wd", "muon"),
        Map.of(
            "onebitadam",
            "1-bit Adam is not built yet; it only compresses what ranks send; use Adam"));
  }

  static OptimizerParams from(ConfigTable t) {
    return new OptimizerParams(
        t.optional(
            BETAS, pair(), "decay of the two moving averages; [0.9, 0.999], for lion [0.9, 0.99]"),
        t.optional(
            EPSILON,
            ConfigType.real(Range.POSITIVE),
            "added to the denominator; 1e-8, for madgrad_wd 1e-6, for sm3 1e-30"),
        t.optional(
            MOMENTUM,
            ConfigType.real(Range.below(0, 1)),
            "of sgd and sm3; 0, of madgrad_wd 0.9, of muon 0.95"),
        t.real(
            "optimizer.params.beta",
            0.0,
            Range.below(0, 1),
            "decay of the accumulators of sm3; 0: they only grow"),
        t.flag(
            "optimizer.params.adam_w_mode",
            true,
            "weight decay of Adam acts on the weight (AdamW); false: it is added to the gradient"
                + " (L2), which DeepSpeed does on GPUs alone"),
        t.flag(
            "optimizer.params.bias_correction",
            true,
            "Adam's averages are corrected for having begun at zero"),
        MuonParams.from(t));
  }

  /// The rule with the numbers that it needs.
  ///
  /// @param type one of [#types]
  OptimizerRule rule(ConfigTable t, String type) {
    return switch (type) {
      case "lion" -> lion(betas(t, 0.9, 0.99));
      case "sgd" -> new OptimizerRule.Sgd(momentum(t, 0));
      case "sm3" -> new OptimizerRule.Sm3(momentum(t, 0), beta, epsilon(t, 1e-30));
      case "madgrad_wd" -> new OptimizerRule.Madgrad(momentum(t, 0.9), epsilon(t, 1e-6));
      case "muon" -> muon.rule(momentum(t, 0.95), adam(t));
      default -> adam(t);
    };
  }

  private OptimizerRule.Adam adam(ConfigTable t) {
    List<Double> both = betas(t, 0.9, 0.999);
    return new OptimizerRule.Adam(
        both.get(0),
        both.get(1),
        epsilon(t, 1e-8),
        decoupled ? OptimizerRule.Decay.DECOUPLED : OptimizerRule.Decay.L2,
        biasCorrection);
  }

  private static OptimizerRule.Lion lion(List<Double> both) {
    return new OptimizerRule.Lion(both.get(0), both.get(1));
  }

  private List<Double> betas(ConfigTable t, double first, double second) {
    return used(t, BETAS, betas.orElse(List.of(first, second)));
  }

  private double epsilon(ConfigTable t, double otherwise) {
    return used(t, EPSILON, epsilon.orElse(otherwise));
  }

  private double momentum(ConfigTable t, double otherwise) {
    return used(t, MOMENTUM, momentum.orElse(otherwise));
  }

  private static <T> T used(ConfigTable t, String name, T value) {
    t.derived(name, value);
    return value;
  }

  /// What only muon has.
  record MuonParams(boolean nesterov, int steps, OptimizerRule.MuonScale scale) {
    static MuonParams from(ConfigTable t) {
      return new MuonParams(
          t.flag("optimizer.params.nesterov", true, "the gradient leads the average of muon"),
          t.integer(
              "optimizer.params.ns_steps",
              5,
              Range.between(1, 100),
              "iterations by which muon makes a matrix orthogonal"),
          t.choice(
              "optimizer.params.adjust_lr_fn",
              OptimizerRule.MuonScale.MATCH_RMS_ADAMW,
              "how the rate of muon depends on a matrix's sides: steps as large as AdamW's, or as"
                  + " Muon's author has it"));
    }

    OptimizerRule.Muon rule(double momentum, OptimizerRule.Adam rest) {
      return new OptimizerRule.Muon(momentum, nesterov, steps, scale, rest);
    }
  }

  private static ConfigType<List<Double>> pair() {
    ConfigType<List<Double>> list = ConfigType.list(ConfigType.real(Range.below(0, 1)));
    return new ConfigType<>(
        "list of 2 numbers",
        "two numbers of at least 0 and less than 1, like [0.9, 0.95]",
        value -> list.parse(value).filter(pair -> pair.size() == 2),
        list.hint());
  }
}
