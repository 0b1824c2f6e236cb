package neox.converthf;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.Console;
import neox.base.UserException;
import neox.config.LoadedConfig;
import neox.config.NeoxConfig;
import neox.config.TokenizerConfig;
import neox.converthf.tokenizer.HfTokenizer;

/// Where the tokenizer of a converted model comes from, and which files of it are written.
///
/// @param vocabFile instead of the configuration's
/// @param mergeFile instead of the configuration's
/// @param padId of the padding token
record TokenizerChoice(
    Files files, Optional<Path> vocabFile, Optional<Path> mergeFile, OptionalInt padId) {
  /// Which files are written.
  enum Files {
    /// None.
    NONE,
    /// What transformers needs, described anew.
    DESCRIBED,
    /// All that lie beside the vocabulary.
    COPIED
  }

  /// Opens the tokenizer of a model's run.
  HfTokenizer open(SourceModel model, Console console) {
    TokenizerConfig config = config(model);
    return switch (files) {
      case NONE -> HfTokenizer.idsOnly(config, padId, console);
      case DESCRIBED, COPIED -> HfTokenizer.open(config, padId, console);
    };
  }

  /// The tokenizer of a model's run, with the files that were chosen for it.
  TokenizerConfig config(SourceModel model) {
    TokenizerConfig configured =
        model
            .config()
            .map(LoadedConfig::config)
            .map(NeoxConfig::tokenizer)
            .orElseThrow(() ->
                UserException.of("%s: names no tokenizer; --no_save_tokenizer", model.origin()));
    return new TokenizerConfig(
        configured.type(),
        vocabFile.or(configured::vocabFile),
        mergeFile.or(configured::mergeFile));
  }

  /// Writes the chosen files of the tokenizer that was opened.
  ///
  /// @param longest text of the model, in tokens
  void write(HfTokenizer tokenizer, Path directory, int longest) throws IOException {
    switch (files) {
      case NONE -> {}
      case DESCRIBED -> tokenizer.write(directory, longest);
      case COPIED -> tokenizer.copy(directory);
    }
  }
}
