package neox.converthf;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.help.HelpGroup;
import neox.converthf.TokenizerChoice.Files;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// The tokenizer of the converted model; used as a picocli mixin.
@HelpGroup("Tokenizer")
final class TokenizerOptions {
  @Option(
      names = {"--no_save_tokenizer", "--no-save-tokenizer"},
      description = "Leave the tokenizer's files out.")
  private boolean noSaveTokenizer;

  @Option(
      names = {"--vocab-is-hf-tokenizer", "--vocab_is_hf_tokenizer"},
      description = "Copy all tokenizer files that lie beside vocab_file.")
  private boolean vocabIsHfTokenizer;

  @Option(
      names = {"--vocab_file", "--vocab-file"},
      paramLabel = "FILE",
      description = "The tokenizer's vocabulary, if it is not where the configuration says.")
  private @Nullable Path vocabFile;

  @Option(
      names = {"--merge_file", "--merge-file"},
      paramLabel = "FILE",
      description = "The tokenizer's merges, if they are not where the configuration says.")
  private @Nullable Path mergeFile;

  @Option(
      names = {"--pad-token-id", "--pad_token_id"},
      paramLabel = "ID",
      description = "Padding token to write into config.json; -1 for none (default: -1).")
  private int padTokenId = -1;

  TokenizerChoice choice() {
    Files described = vocabIsHfTokenizer ? Files.COPIED : Files.DESCRIBED;
    return new TokenizerChoice(
        noSaveTokenizer ? Files.NONE : described,
        Optional.ofNullable(vocabFile),
        Optional.ofNullable(mergeFile),
        padTokenId < 0 ? OptionalInt.empty() : OptionalInt.of(padTokenId));
  }
}
