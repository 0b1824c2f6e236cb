package neox.train;

import java.util.Optional;
import neox.config.GradientReduction;
import neox.config.NeoxConfig;

/// Whether a configuration of GPT-NeoX means something else here because of what it takes for a
/// gradient (docs/decisions/0002-gradients-are-means.md).
record GradientScale(NeoxConfig config) {
  /// What to say of it, where an optimizer would notice.
  Optional<String> warning() {
    int microBatches = config.batch().gradientAccumulationSteps();
    boolean sumsInNeox = config.parallel().pipeParallelSize() > 0 && microBatches > 1;
    boolean means = config.optimizer().reduction().equals(GradientReduction.MEAN);
    if (!sumsInNeox || !means || !config.optimizer().dependsOnScale()) {
      return Optional.empty();
    }
    return Optional.of(
        "the optimizer feels how large gradients are; GPT-NeoX with pipe_parallel_size %d adds up"
                .formatted(config.parallel().pipeParallelSize())
            + " those of %d micro-batches (gradient_accumulation_steps), here they are averaged;"
                .formatted(microBatches)
            + " set grad_accum_reduction: sum to train as it does");
  }
}
