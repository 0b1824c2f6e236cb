package neox.config;

import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// How weights are changed.
///
/// @param learningRate peak rate (`optimizer.params.lr`)
/// @param weightDecay for matrices; norms and biases have none (`weight_decay`)
/// @param gradientClipping largest global gradient norm, 0 for none (`gradient_clipping`)
public record OptimizerConfig(
    OptimizerRule rule, double learningRate, double weightDecay, double gradientClipping) {

  static OptimizerConfig from(ConfigTable t) {
    t.section("Optimizer");
    String type =
        t.required(
            "optimizer.type",
            OptimizerParams.types(),
            "adam",
            "the rule by which gradients change weights; cpu_adam and cpu_torch_adam are adam");
    double rate = t.real("optimizer.params.lr", Range.atLeast(0), "peak learning rate");
    OptimizerRule rule = OptimizerParams.from(t).rule(t, type);
    return new OptimizerConfig(
        rule,
        rate,
        t.real(
            "weight_decay", 0.1, Range.atLeast(0), "decay of matrices; norms and biases have none"),
        t.real(
            "gradient_clipping", 1.0, Range.atLeast(0), "largest global gradient norm; 0: none"));
  }
}
