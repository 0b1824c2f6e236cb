package neox.config;

/// Validation during training.
///
/// @param interval steps between validations (`eval_interval`)
/// @param iters batches per validation (`eval_iters`)
/// @param charLevelPerplexity also report perplexity per character (`char_level_ppl`)
public record EvalConfig(long interval, long iters, boolean charLevelPerplexity) {}
