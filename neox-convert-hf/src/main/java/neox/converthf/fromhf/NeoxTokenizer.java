package neox.converthf.fromhf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.config.TokenizerConfig;
import neox.tokenizer.Tokenizers;

/// The tokenizer of a Hugging Face model under NeoX's name.
///
/// @param config its type, and its files where they are
/// @param tokens how many it has
record NeoxTokenizer(TokenizerConfig config, int tokens) {
  /// Where it goes beside the checkpoint, as GPT-NeoX's own converter has it.
  static final String DIRECTORY = "tokenizer";

  /// Everything that transformers may have written beside a model and that belongs to its
  /// tokenizer.
  private static final List<String> FILES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "generation_config.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "tokenizer.model",
          "chat_template.jinja",
          "chat_template.json");

  /// The tokenizer in `directory`, or the one that the user names.
  ///
  /// @param named empty where it is to be found in `directory`
  static NeoxTokenizer find(Path directory, Optional<TokenizerConfig> named) {
    TokenizerConfig config =
        named
            .or(() -> inside(directory))
            .orElseThrow(() ->
                UserException.of(
                    "%s: no tokenizer in it (tokenizer.json, vocab.json with merges.txt, or"
                        + " tokenizer.model); name it with --vocab-file, and --tokenizer-type where"
                        + " that is not a tokenizer.json",
                    directory));
    return new NeoxTokenizer(
        config, Tokenizers.open(config.type(), config.vocabFile(), config.mergeFile()).vocabSize());
  }

  /// What NeoX should open; a `tokenizer.json` says the most.
  private static Optional<TokenizerConfig> inside(Path directory) {
    Path json = directory.resolve("tokenizer.json");
    if (Files.exists(json)) {
      return Optional.of(new TokenizerConfig("HFTokenizer", Optional.of(json), Optional.empty()));
    }
    Path vocab = directory.resolve("vocab.json");
    Path merges = directory.resolve("merges.txt");
    if (Files.exists(vocab) && Files.exists(merges)) {
      return Optional.of(
          new TokenizerConfig("GPT2BPETokenizer", Optional.of(vocab), Optional.of(merges)));
    }
    Path pieces = directory.resolve("tokenizer.model");
    return Files.exists(pieces)
        ? Optional.of(new TokenizerConfig("SPMTokenizer", Optional.of(pieces), Optional.empty()))
        : Optional.empty();
  }

  /// The same with its files in `directory`, where [#copy] puts them.
  TokenizerConfig in(Path directory) {
    return new TokenizerConfig(
        config.type(),
        config.vocabFile().map(file -> moved(file, directory)),
        config.mergeFile().map(file -> moved(file, directory)));
  }

  /// Some types take a name in place of a file.
  private static Path moved(Path file, Path directory) {
    return Files.isRegularFile(file) ? directory.resolve(file.getFileName()) : file;
  }

  /// Copies its files, and what else is known to belong to them.
  void copy(Path model, Path directory) throws IOException {
    Files.createDirectories(directory);
    List<Path> files = new ArrayList<>();
    config.vocabFile().ifPresent(files::add);
    config.mergeFile().ifPresent(files::add);
    for (String name : FILES) {
      files.add(model.resolve(name));
    }
    for (Path file : files) {
      Path copy = directory.resolve(file.getFileName());
      if (Files.isRegularFile(file) && !Files.exists(copy)) {
        NamedFiles.copy(file, copy);
      }
    }
  }
}
