package neox.preprocess.command;

import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The options that choose a tokenizer, spelled as everywhere in GPT-NeoX; used as a mixin.
@HelpGroup("Tokenizer")
final class TokenizerOptions {
  @Option(
      names = {"--tokenizer-type", "--tokenizer_type"},
      paramLabel = "TYPE",
      description = Tokenizers.TYPES + ".")
  private @Nullable String type;

  @Option(
      names = {"--vocab-file", "--vocab_file"},
      paramLabel = "FILE",
      description = "The tokenizer.json, or the vocab.json of GPT-2.")
  private @Nullable Path vocabFile;

  @Option(
      names = {"--merge-file", "--merge_file"},
      paramLabel = "FILE",
      description = "The merges.txt of GPT-2.")
  private @Nullable Path mergeFile;

  /// Whether a tokenizer was asked for.
  boolean given() {
    return type != null;
  }

  /// The tokenizer; empty when none was asked for.
  Optional<Tokenizer> open() {
    if (type == null && (vocabFile != null || mergeFile != null)) {
      throw new UserException("--tokenizer-type is required with --vocab-file");
    }
    return type == null
        ? Optional.empty()
        : Optional.of(
            Tokenizers.open(type, Optional.ofNullable(vocabFile), Optional.ofNullable(mergeFile)));
  }

  /// The tokenizer that `purpose` needs.
  Tokenizer require(String purpose) {
    return open()
        .orElseThrow(() -> UserException.of("%s needs a tokenizer: --tokenizer-type", purpose));
  }
}
