package neox.config;

import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Range;

/// Which activations are not kept for the backward pass, but computed again (arXiv:1604.06174).
public sealed interface RecomputeConfig {
  /// All are kept.
  record Nothing() implements RecomputeConfig {}

  /// Of the blocks, only the input of the first of some neighbours is kept
  /// (`checkpoint_activations`).
  ///
  /// @param perGroup neighbours that are recomputed together (`checkpoint_num_layers`)
  record Blocks(int perGroup) implements RecomputeConfig {}

  /// Inside blocks, what takes much memory for its work (arXiv:2205.05198 §5; `recompute_modules`).
  record Selected(Set<Part> parts) implements RecomputeConfig {
    public Selected {
      parts = Set.copyOf(parts);
    }
  }

  /// What can be recomputed by itself; the names are Megatron-LM's.
  enum Part {
    /// Scores, softmax, dropout and their product with the values; without the projections.
    CORE_ATTN,
    /// The MLP with both projections.
    MLP
  }

  /// Whether this part of each block is recomputed by itself.
  default boolean recomputes(Part part) {
    return switch (this) {
      case Nothing _, Blocks _ -> false;
      case Selected(Set<Part> parts) -> parts.contains(part);
    };
  }

  /// `recompute_granularity`.
  enum Granularity {
    FULL,
    SELECTIVE
  }

  /// What a configuration says.
  static RecomputeConfig from(ConfigTable t) {
    t.section("Recomputation");
    boolean blocks =
        t.flag(
            "checkpoint_activations",
            false,
            "keep the inputs of blocks alone and recompute the rest in the backward pass: less"
                + " memory, a third more work, the same numbers");
    int perGroup =
        t.integer("checkpoint_num_layers", 1, Range.atLeast(1), "blocks recomputed together");
    Optional<Granularity> granularity =
        t.optional(
            "recompute_granularity",
            ConfigType.choice(Granularity.class, Map.of()),
            "full is checkpoint_activations; selective recomputes recompute_modules alone");
    List<Part> parts =
        t.list(
            "recompute_modules",
            ConfigType.choice(Part.class, Map.of()),
            "parts of blocks that are recomputed; [core_attn]");
    boolean selective = granularity.filter(Granularity.SELECTIVE::equals).isPresent();
    t.check(
        !(blocks && selective),
        List.of("recompute_granularity", "checkpoint_activations"),
        "selective contradicts checkpoint_activations, which recomputes whole blocks; remove one");
    t.check(
        selective || parts.isEmpty(),
        List.of("recompute_modules", "recompute_granularity"),
        "has a meaning with recompute_granularity: selective alone");
    if (selective) {
      return new Selected(parts.isEmpty() ? EnumSet.of(Part.CORE_ATTN) : EnumSet.copyOf(parts));
    }
    return blocks || granularity.isPresent() ? new Blocks(perGroup) : new Nothing();
  }
}
