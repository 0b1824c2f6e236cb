package neox.config;

import java.util.List;
import java.util.Optional;
import neox.config.model.Mup;
import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// How weights are changed.
///
/// @param learningRate peak rate (`optimizer.params.lr`)
/// @param weightDecay for matrices; norms and biases have none (`weight_decay`)
/// @param gradientClipping largest global gradient norm, 0 for none (`gradient_clipping`)
/// @param reduction of the gradients of micro-batches (`grad_accum_reduction`)
/// @param ema the average of the weights that is kept, if one is (`ema`)
public record OptimizerConfig(
    OptimizerRule rule,
    double learningRate,
    double weightDecay,
    double gradientClipping,
    GradientReduction reduction,
    Optional<EmaConfig> ema) {

  /// With means, and no average of the weights.
  public OptimizerConfig(
      OptimizerRule rule, double learningRate, double weightDecay, double gradientClipping) {
    this(
        rule,
        learningRate,
        weightDecay,
        gradientClipping,
        GradientReduction.MEAN,
        Optional.empty());
  }

  /// The same with an average of the weights.
  public OptimizerConfig withEma(EmaConfig value) {
    return new OptimizerConfig(
        rule, learningRate, weightDecay, gradientClipping, reduction, Optional.of(value));
  }

  /// Whether another scale of all gradients trains noticeably differently, clipping apart.
  public boolean dependsOnScale() {
    return switch (rule) {
      case OptimizerRule.Adam adam ->
          adam.epsilon() > LARGE_EPSILON
              || (weightDecay > 0 && adam.decay().equals(OptimizerRule.Decay.L2));
      case OptimizerRule.Muon muon -> muon.rest().epsilon() > LARGE_EPSILON;
      case OptimizerRule.Sgd _, OptimizerRule.Madgrad _ -> true;
      case OptimizerRule.Lion _, OptimizerRule.Sm3 _ -> false;
    };
  }

  /// Gradients of single weights are seldom this small.
  private static final double LARGE_EPSILON = 1e-7;

  /// NeoX compat: by its rules of muP, Adam decays as L2 regularization does.
  private static OptimizerRule scaled(ConfigTable t, OptimizerRule rule, Optional<Mup> mup) {
    if (mup.isEmpty()) {
      return rule;
    }
    if (rule instanceof OptimizerRule.Adam adam) {
      return switch (mup.get().rules()) {
        case NEOX -> adam.withDecay(OptimizerRule.Decay.L2);
        case PAPER -> adam;
      };
    }
    t.check(
        false,
        List.of("optimizer.type", "use_mup"),
        "use_mup knows how rates of adam depend on the width; expected adam");
    return rule;
  }

  static OptimizerConfig from(ConfigTable t, Optional<Mup> mup) {
    t.section("Optimizer");
    String type =
        t.required(
            "optimizer.type",
            OptimizerParams.types(),
            "adam",
            "the rule by which gradients change weights; cpu_adam and cpu_torch_adam are adam");
    double rate = t.real("optimizer.params.lr", Range.atLeast(0), "peak learning rate");
    OptimizerRule rule = scaled(t, OptimizerParams.from(t).rule(t, type), mup);
    return new OptimizerConfig(
        rule,
        rate,
        t.real(
            "weight_decay",
            0.1,
            Range.atLeast(0),
            "decay of matrices; norms and biases have none, and nothing has any with sm3"),
        t.real("gradient_clipping", 1.0, Range.atLeast(0), "largest global gradient norm; 0: none"),
        t.choice(
            "grad_accum_reduction",
            GradientReduction.MEAN,
            "what the gradient of a step is of those of its gradient_accumulation_steps; GPT-NeoX"
                + " has their sum with pipe_parallel_size of 1 and more"),
        EmaConfig.from(t));
  }
}
