package neox.config;

import java.util.List;
import java.util.Map;

/// AdamW as NeoX runs it (arXiv:1711.05101: decoupled decay, bias correction).
///
/// @param learningRate peak rate (`optimizer.params.lr`)
/// @param weightDecay for matrices; norms and biases have none (`weight_decay`)
/// @param gradientClipping largest global gradient norm, 0 for none (`gradient_clipping`)
public record OptimizerConfig(
    double learningRate,
    double beta1,
    double beta2,
    double epsilon,
    double weightDecay,
    double gradientClipping) {

  private static final Map<String, String> REFUSED =
      Map.of(
          "onebitadam", "1-bit Adam only compresses communication between ranks; use Adam",
          "sm3", "SM3 is not implemented; use Adam",
          "madgrad_wd", "MADGRAD is not implemented; use Adam",
          "sgd", "in GPT-NeoX it exists only with muP; use Adam",
          "lion", "Lion is not implemented; use Adam");

  static OptimizerConfig from(ConfigTable t) {
    t.section("Optimizer");
    t.required(
        "optimizer.type",
        ConfigType.oneOf(List.of("adam", "cpu_adam", "cpu_torch_adam"), REFUSED),
        "adam",
        "AdamW under each of its names");
    double rate = t.real("optimizer.params.lr", Range.atLeast(0), "peak learning rate");
    List<Double> betas =
        t.get(
            "optimizer.params.betas",
            pair(),
            List.of(0.9, 0.999),
            "decay of the two moving averages");
    double epsilon =
        t.real("optimizer.params.eps", 1e-8, Range.POSITIVE, "added to the denominator");
    return new OptimizerConfig(
        rate,
        betas.get(0),
        betas.get(1),
        epsilon,
        t.real(
            "weight_decay", 0.1, Range.atLeast(0), "decay of matrices; norms and biases have none"),
        t.real(
            "gradient_clipping", 1.0, Range.atLeast(0), "largest global gradient norm; 0: none"));
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
