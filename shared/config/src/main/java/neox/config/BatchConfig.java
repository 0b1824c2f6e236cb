package neox.config;

/// How many samples one optimizer step sees.
///
/// @param trainBatchSize samples per step over all ranks: micro · accumulation · data-parallel size
/// @param microBatchSize samples per forward pass and rank (`train_micro_batch_size_per_gpu`)
/// @param gradientAccumulationSteps forward passes per step (`gradient_accumulation_steps`)
/// @param trainIters optimizer steps of the whole run (`train_iters`)
public record BatchConfig(
    int trainBatchSize, int microBatchSize, int gradientAccumulationSteps, long trainIters) {}
