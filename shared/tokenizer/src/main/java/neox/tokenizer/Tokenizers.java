package neox.tokenizer;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import neox.base.UserException;

/// Opens the tokenizer that `tokenizer_type`, `vocab_file` and `merge_file` name.
public final class Tokenizers {

  /// Opens a tokenizer; [UserException] when the type is unknown or a file is missing or broken.
  ///
  /// @param type NeoX's `tokenizer_type`; case does not matter
  /// @param vocabFile `tokenizer.json` of HFTokenizer, `vocab.json` of GPT2BPETokenizer
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
      case "hfgpt2tokenizer" ->
          throw unsupported(
              "HFGPT2Tokenizer", "GPT2BPETokenizer with the vocab.json and merges.txt of GPT-2");
      case "spmtokenizer" ->
          throw unsupported("SPMTokenizer", "HFTokenizer with the tokenizer.json of the model");
      case "tiktokentokenizer" ->
          throw unsupported(
              "TiktokenTokenizer", "HFTokenizer with the tokenizer.json of the encoding");
      default ->
          throw UserException.of(
              "tokenizer_type: unknown tokenizer \"%s\"; expected HFTokenizer, GPT2BPETokenizer or"
                  + " CharLevelTokenizer",
              type);
    };
  }

  private static Path required(Optional<Path> file, String type, String key, String usual) {
    return file.orElseThrow(
        () -> UserException.of("%s needs a file: set %s to its %s", type, key, usual));
  }

  private static UserException unsupported(String type, String instead) {
    return UserException.of("tokenizer_type: %s is not supported yet; use %s", type, instead);
  }

  private Tokenizers() {}
}
