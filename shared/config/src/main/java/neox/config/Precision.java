package neox.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;

/// The number format of weights and activations during training (`precision`, `fp16`, `bf16`).
public enum Precision {
  FP32,
  FP16,
  BFLOAT16;

  static Precision from(ConfigTable t) {
    t.section("Precision");
    t.displace(List.of("precision"), List.of("fp16.enabled", "bf16.enabled"));
    t.displaceIfTrue("fp16.enabled", List.of("precision", "bf16.enabled"));
    t.displaceIfTrue("bf16.enabled", List.of("precision", "fp16.enabled"));
    Optional<Precision> named =
        t.optional(
            "precision",
            ConfigType.choice(Precision.class, Map.of()),
            "fp32, fp16 or bfloat16; follows fp16 and bf16 when not given, else fp32");
    boolean fp16 = t.flag("fp16.enabled", false, "another way to say precision: fp16");
    boolean bf16 = t.flag("bf16.enabled", false, "another way to say precision: bfloat16");
    String type =
        t.get(
            "fp16.type",
            ConfigType.oneOf(List.of("fp16", "bfloat16"), Map.of()),
            "fp16",
            "bfloat16: a way of 2022 to say bf16");
    if (fp16 && type.equals("bfloat16")) {
      fp16 = false;
      bf16 = true;
    }
    t.check(
        !(fp16 && bf16),
        List.of("bf16.enabled", "fp16.enabled"),
        "fp16 is enabled too; choose one");
    checkAgreement(t, "fp16.enabled", fp16, FP16, named);
    checkAgreement(t, "bf16.enabled", bf16, BFLOAT16, named);
    Precision precision = named.orElse(fp16 ? FP16 : bf16 ? BFLOAT16 : FP32);
    t.derived("precision", precision);
    return precision;
  }

  private static void checkAgreement(
      ConfigTable t, String key, boolean enabled, Precision meant, Optional<Precision> named) {
    t.check(
        !enabled || named.isEmpty() || named.get() == meant,
        List.of(key, "precision"),
        "contradicts precision %s; remove one of them",
        named.map(ConfigType::nameOf).orElse(""));
  }
}
