package neox.config;

import neox.config.table.ConfigTable;
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
    return blocks ? new Blocks(perGroup) : new Nothing();
  }
}
