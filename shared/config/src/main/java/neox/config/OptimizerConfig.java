package neox.config;

import java.util.List;
import java.util.Map;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// How weights are changed.
///
/// @param learningRate peak rate (`optimizer.params.lr`)
/// @param weightDecay for matrices; norms and biases have none (`weight_decay`)
/// @param gradientClipping largest global gradient norm, 0 for none (`gradient_clipping`)
public record OptimizerConfig(
    OptimizerRule rule, double learningRate, double weightDecay, double gradientClipping) {

  private static final Map<String, String> REFUSED =
      Map.of(
          "onebitadam", "1-bit Adam is not built yet; it only compresses what ranks send; use Adam",
          "sm3", "SM3 is not built yet; use Adam",
          "madgrad_wd", "MADGRAD is not built yet; use Adam");

  static OptimizerConfig from(ConfigTable t) {
    t.section("Optimizer");
    String type =
        t.required(
            "optimizer.type",
            ConfigType.oneOf(List.of("adam", "cpu_adam", "cpu_torch_adam", "lion", "sgd"), REFUSED),
            "adam",
            "the rule by which gradients change weights; AdamW under each of its names");
    double rate = t.real("optimizer.params.lr", Range.atLeast(0), "peak learning rate");
    OptimizerRule rule = rule(t, type);
    return new OptimizerConfig(
        rule,
        rate,
        t.real(
            "weight_decay", 0.1, Range.atLeast(0), "decay of matrices; norms and biases have none"),
        t.real(
            "gradient_clipping", 1.0, Range.atLeast(0), "largest global gradient norm; 0: none"));
  }

  private static OptimizerRule rule(ConfigTable t, String type) {
    boolean lion = type.equals("lion");
    List<Double> betas =
        t.optional(
                BETAS,
                pair(),
                "decay of the two moving averages; [0.9, 0.999], for lion [0.9, 0.99]")
            .orElse(lion ? List.of(0.9, 0.99) : List.of(0.9, 0.999));
    t.derived(BETAS, betas);
    double epsilon =
        t.real("optimizer.params.eps", 1e-8, Range.POSITIVE, "added to Adam's denominator");
    double momentum = t.real("optimizer.params.momentum", 0.0, Range.below(0, 1), "of sgd");
    return switch (type) {
      case "lion" -> new OptimizerRule.Lion(betas.get(0), betas.get(1));
      case "sgd" -> new OptimizerRule.Sgd(momentum);
      default -> new OptimizerRule.Adam(betas.get(0), betas.get(1), epsilon);
    };
  }

  private static ConfigType<List<Double>> pair() {
    ConfigType<List<Double>> list = ConfigType.list(ConfigType.real(Range.below(0, 1)));
    return new ConfigType<>(
        "list of 2 numbers",
        "two numbers of at least 0 and less than 1, like [0.9, 0.95]",
        value -> list.parse(value).filter(pair -> pair.size() == 2),
        list.hint());
  }

  private static final String BETAS = "optimizer.params.betas";
}
