package neox.config;

/// Activation recomputation (arXiv:1604.06174).
///
/// @param activations blocks are recomputed in the backward pass (`checkpoint_activations`)
/// @param blocksPerChunk blocks recomputed together (`checkpoint_num_layers`)
public record RecomputeConfig(boolean activations, int blocksPerChunk) {}
