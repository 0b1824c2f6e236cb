package neox.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;

/// Which tokenizer, from which files.
///
/// @param type NeoX's name, such as `HFTokenizer` (`tokenizer_type`, compared case-insensitively)
/// @param vocabFile the file, directory or name that the type wants (`vocab_file`)
/// @param mergeFile BPE merges (`merge_file`)
public record TokenizerConfig(String type, Optional<Path> vocabFile, Optional<Path> mergeFile) {

  private static final List<String> TYPES =
      List.of(
          "GPT2BPETokenizer",
          "HFTokenizer",
          "HFGPT2Tokenizer",
          "SPMTokenizer",
          "CharLevelTokenizer",
          "TiktokenTokenizer");

  static TokenizerConfig from(ConfigTable t) {
    t.section("Tokenizer");
    return new TokenizerConfig(
        t.get(
            "tokenizer_type",
            ConfigType.oneOf(TYPES, Map.of()),
            "GPT2BPETokenizer",
            "kind of tokenizer"),
        t.path(
            "vocab_file",
            "vocab.json, tokenizer.json, a SentencePiece model, a directory, or the name of a"
                + " tiktoken encoding, as the type wants"),
        t.path("merge_file", "merges of a GPT2BPETokenizer"));
  }
}
