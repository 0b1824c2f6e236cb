package neox.config;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;

/// How gradients survive in types narrower than float32.
///
/// @param accumulation the type in which the gradients of a step's micro-batches are added up
///   (`data_types.grad_accum_dtype`)
public record MixedPrecisionConfig(LossScaleConfig lossScale, Precision accumulation) {

  static MixedPrecisionConfig from(ConfigTable t, Precision precision) {
    return new MixedPrecisionConfig(LossScaleConfig.from(t, precision), accumulation(t, precision));
  }

  /// As in DeepSpeed, but for bfloat16 with ZeRO, which it adds up in bfloat16 when not told.
  private static Precision accumulation(ConfigTable t, Precision precision) {
    Optional<Precision> named =
        t.optional(
            KEY,
            ConfigType.oneOf(List.of("fp32", "fp16", "bf16"), Map.of())
                .map(MixedPrecisionConfig::type),
            "type in which the gradients of micro-batches are added up: fp32 or that of precision;"
                + " fp16 with precision fp16 when not given, else fp32");
    boolean fits = named.isEmpty() || named.get() == Precision.FP32 || named.get() == precision;
    t.check(
        fits,
        List.of(KEY, "precision"),
        "expected fp32%s with precision %s, found %s",
        precision == Precision.FP32 ? "" : " or " + name(precision),
        ConfigType.nameOf(precision),
        named.map(MixedPrecisionConfig::name).orElse(""));
    Precision accumulation =
        fits && named.isPresent()
            ? named.get()
            : precision == Precision.FP16 ? Precision.FP16 : Precision.FP32;
    t.derived(KEY, name(accumulation));
    return accumulation;
  }

  /// Whether the loss is multiplied by anything.
  public boolean scalesLoss() {
    return !(lossScale instanceof LossScaleConfig.None);
  }

  private static Precision type(String word) {
    return word.equals("bf16")
        ? Precision.BFLOAT16
        : Precision.valueOf(word.toUpperCase(Locale.ROOT));
  }

  private static String name(Precision type) {
    return type == Precision.BFLOAT16 ? "bf16" : ConfigType.nameOf(type);
  }

  private static final String KEY = "data_types.grad_accum_dtype";
}
