package neox.config;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// Low-rank adapters (LoRA, arXiv:2106.09685): y = x Wᵀ + (alpha / rank) · x Aᵀ Bᵀ, of which A and
/// B alone are trained.
///
/// @param rank rows of A, columns of B (`lora.rank`)
/// @param alpha (`lora.alpha`)
/// @param targets projections of each block that have adapters, as checkpoints call them
///   (`lora.targets`)
/// @param dropout of what A reads (`lora.dropout`)
public record LoraConfig(int rank, double alpha, List<String> targets, double dropout) {
  private static final List<String> PROJECTIONS =
      List.of("attention.query_key_value", "attention.dense", "mlp.linear1", "mlp.linear2");

  public LoraConfig {
    targets = List.copyOf(targets);
  }

  static Optional<LoraConfig> from(ConfigTable t) {
    Optional<Integer> rank =
        t.optional(
            RANK,
            ConfigType.integer(Range.atLeast(1)),
            "train low-rank adapters (LoRA) of this rank alone; checkpoints hold these, and name"
                + " the model that they adapt in init_from");
    double alpha = t.real("lora.alpha", 16, Range.POSITIVE, "adapters count alpha / rank times");
    List<String> targets =
        t.get(
            TARGETS,
            ConfigType.list(ConfigType.oneOf(PROJECTIONS, Map.of())),
            List.of(PROJECTIONS.getFirst()),
            "projections of each block that have adapters: " + String.join(", ", PROJECTIONS));
    double dropout =
        t.real("lora.dropout", 0, Range.below(0, 1), "of what adapters read, while training");
    t.check(!targets.isEmpty(), List.of(TARGETS), "expected one projection at least, found none");
    return rank.map(r -> new LoraConfig(r, alpha, targets, dropout));
  }

  /// What adapters are multiplied by.
  public double scale() {
    return alpha / rank;
  }

  static final String RANK = "lora.rank";
  private static final String TARGETS = "lora.targets";
}
