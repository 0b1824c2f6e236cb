package neox.tokenizer;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import neox.base.UserException;

/// Opens the tokenizer that `tokenizer_type`, `vocab_file` and `merge_file` name.
public final class Tokenizers {
  /// The types, for the help texts of options.
  public static final String TYPES =
      "HFTokenizer, GPT2BPETokenizer, HFGPT2Tokenizer, SPMTokenizer, TiktokenTokenizer or"
          + " CharLevelTokenizer";

  /// Opens a tokenizer; [UserException] when the type is unknown or a file is missing or broken.
  ///
  /// @param type NeoX's `tokenizer_type`; case does not matter
  /// @param vocabFile `tokenizer.json` of HFTokenizer, `vocab.json` of GPT2BPETokenizer, `.model`
  ///   of SPMTokenizer, directory of HFGPT2Tokenizer, name or file of ranks of the encoding of
  ///   TiktokenTokenizer
  /// @param mergeFile `merges.txt` of GPT2BPETokenizer
  public static Tokenizer open(String type, Optional<Path> vocabFile, Optional<Path> mergeFile) {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "gpt2bpetokenizer" ->
          Gpt2Files.open(
              required(vocabFile, "GPT2BPETokenizer", "vocab_file", "vocab.json"),
              required(mergeFile, "GPT2BPETokenizer", "merge_file", "merges.txt"));
      case "hftokenizer" ->
          TokenizerJson.open(required(vocabFile, "HFTokenizer", "vocab_file", "tokenizer.json"));
      case "charleveltokenizer" -> new CharLevelTokenizer();
      case "hfgpt2tokenizer" -> Gpt2Files.openWithPadding(vocabFile.orElse(Path.of("gpt2")));
      case "spmtokenizer" ->
          SentencePieceTokenizer.open(
              required(vocabFile, "SPMTokenizer", "vocab_file", "SentencePiece .model"));
      case "tiktokentokenizer" ->
          TiktokenTokenizer.open(
              vocabFile.orElseThrow(() ->
                  UserException.of(
                      "TiktokenTokenizer needs a name: set vocab_file to an encoding such as"
                          + " cl100k_base")));
      default ->
          throw UserException.of(
              "tokenizer_type: unknown tokenizer \"%s\"; expected %s", type, TYPES);
    };
  }

  /// The tokenizer in a Hugging Face directory, as transformers opens it; empty where there is
  /// none. A `tokenizer.json` says the most.
  public static Optional<Tokenizer> inHuggingFace(Path directory) {
    Path json = directory.resolve("tokenizer.json");
    if (Files.exists(json)) {
      return Optional.of(TokenizerJson.open(json).withoutLimits());
    }
    Path vocab = directory.resolve("vocab.json");
    Path merges = directory.resolve("merges.txt");
    if (Files.exists(vocab) && Files.exists(merges)) {
      return Optional.of(Gpt2Files.open(vocab, merges));
    }
    return Files.exists(directory.resolve(LlamaFiles.MODEL))
        ? Optional.of(LlamaFiles.open(directory))
        : Optional.empty();
  }

  private static Path required(Optional<Path> file, String type, String key, String usual) {
    return file.orElseThrow(
        () -> UserException.of("%s needs a file: set %s to its %s", type, key, usual));
  }

  private Tokenizers() {}
}
