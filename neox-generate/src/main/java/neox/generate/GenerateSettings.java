package neox.generate;

import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import neox.inference.LoadOptions;

/// What one run of the tool is to do.
///
/// @param model checkpoint or Hugging Face directory
/// @param load how to open it; with the configuration named on the command line, which then counts
///   instead of the one in the checkpoint
/// @param threads of the CPU
record GenerateSettings(
    Path model,
    LoadOptions load,
    int threads,
    Sampling sampling,
    Writing writing,
    long seed,
    PromptSource prompts,
    Output output) {

  /// See [neox.inference.Sampler]; repeated here so that `--help` need not load libtorch.
  record Sampling(double temperature, int topK, double topP) {}

  /// How prompts are continued.
  ///
  /// @param maximumTokens new tokens for each
  /// @param batchSize how many at a time
  /// @param recompute no key/value cache
  record Writing(int maximumTokens, int batchSize, boolean recompute) {
    Writing {
      if (maximumTokens < 1) {
        throw UserException.of("--maximum-tokens %d: expected at least 1", maximumTokens);
      }
      if (batchSize < 1) {
        throw UserException.of("--batch-size %d: expected at least 1", batchSize);
      }
    }
  }

  /// Where the samples go.
  ///
  /// @param file empty: standard output
  /// @param existing what becomes of a file that is there
  record Output(Optional<Path> file, Existing existing, Format format) {
    Output {
      file = file.filter(path -> !path.toString().equals("-"));
    }
  }

  enum Existing {
    KEEP,
    REPLACE
  }

  /// How a sample is written.
  enum Format {
    /// NeoX's lines of JSON.
    JSON,
    /// The prompt with what follows it, and an empty line between two samples.
    TEXT
  }
}
