package neox.generate;

import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import neox.config.NeoxConfig;
import neox.config.Precision;

/// What one run of the tool is to do.
///
/// @param model checkpoint or Hugging Face directory
/// @param config the configuration named on the command line, which then counts instead of the one
///   in the checkpoint
/// @param recompute no key/value cache
/// @param output empty or `-`: standard output
/// @param threads empty: as many as the machine has
record GenerateSettings(
    Path model,
    Optional<NeoxConfig> config,
    Optional<Long> iteration,
    Precision precision,
    Sampling sampling,
    int maximumTokens,
    boolean recompute,
    long seed,
    PromptSource prompts,
    Optional<Path> output,
    Optional<Integer> threads) {

  /// See [neox.inference.Sampler]; repeated here so that `--help` need not load libtorch.
  record Sampling(double temperature, int topK, double topP) {}

  GenerateSettings {
    if (maximumTokens < 1) {
      throw UserException.of("--maximum-tokens %d: expected at least 1", maximumTokens);
    }
    if (threads.isPresent() && threads.get() < 1) {
      throw UserException.of("--threads %d: expected at least 1", threads.get());
    }
  }
}
