package neox.config;

import neox.config.table.ConfigTable;
import neox.config.table.Range;

/// Activation recomputation (arXiv:1604.06174).
///
/// @param activations blocks are recomputed in the backward pass (`checkpoint_activations`)
/// @param blocksPerChunk blocks recomputed together (`checkpoint_num_layers`)
public record RecomputeConfig(boolean activations, int blocksPerChunk) {

  static RecomputeConfig from(ConfigTable t) {
    t.section("Recomputation");
    return new RecomputeConfig(
        t.flag("checkpoint_activations", false, "recompute blocks in the backward pass"),
        t.integer("checkpoint_num_layers", 1, Range.atLeast(1), "blocks recomputed together"));
  }
}
