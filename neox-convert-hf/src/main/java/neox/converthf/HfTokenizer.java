package neox.converthf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.TokenizerConfig;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import neox.weights.hf.HfConfig.SpecialTokens;

/// The tokenizer of a run, as files that transformers' AutoTokenizer opens, and as the token ids
/// that `config.json` must name.
final class HfTokenizer {
  private static final String GPT2 = "gpt2bpetokenizer";
  private static final String HF = "hftokenizer";
  private static final String PADDING = "<|padding|>";

  /// Everything transformers may have written beside a `tokenizer.json`.
  private static final List<String> HF_FILES =
      List.of(
          "tokenizer.json",
          "tokenizer_config.json",
          "special_tokens_map.json",
          "added_tokens.json",
          "vocab.json",
          "merges.txt",
          "tokenizer.model",
          "chat_template.jinja");

  private final TokenizerConfig config;
  private final Optional<Tokenizer> tokenizer;
  private final OptionalInt padId;

  private HfTokenizer(TokenizerConfig config, Optional<Tokenizer> tokenizer, OptionalInt padId) {
    this.config = config;
    this.tokenizer = tokenizer;
    this.padId = padId;
    tokenizer.ifPresent(t -> requireInside(t, padId));
  }

  /// Opens the tokenizer; warns when transformers has no counterpart to write files for.
  static HfTokenizer open(TokenizerConfig config, OptionalInt padId, Console console) {
    HfTokenizer result;
    try {
      Tokenizer tokenizer = Tokenizers.open(config.type(), config.vocabFile(), config.mergeFile());
      result = new HfTokenizer(config, Optional.of(tokenizer), padId);
    } catch (UserException e) {
      throw new UserException(
          problem(e) + " (name it with --vocab_file, or convert without: --no_save_tokenizer)", e);
    }
    if (!result.is(GPT2) && !result.is(HF)) {
      console.warn("%s has no Hugging Face form: no tokenizer files are written", config.type());
    }
    return result;
  }

  /// Only for the ids; when the tokenizer cannot be opened they stay unknown, with a warning.
  static HfTokenizer idsOnly(TokenizerConfig config, OptionalInt padId, Console console) {
    try {
      Tokenizer tokenizer = Tokenizers.open(config.type(), config.vocabFile(), config.mergeFile());
      return new HfTokenizer(config, Optional.of(tokenizer), padId);
    } catch (UserException e) {
      console.warn("bos_token_id and eos_token_id are left empty: %s", problem(e));
      return new HfTokenizer(config, Optional.empty(), padId);
    }
  }

  /// The ids for `config.json`. NeoX's documents end in a token and start with none; HF generation
  /// without a prompt starts with `bos`, for which the end of the document before is right.
  SpecialTokens special() {
    OptionalInt end = tokenizer.map(Tokenizer::eod).orElse(OptionalInt.empty());
    return new SpecialTokens(end, end, padId);
  }

  /// [UserException] when the embedding has fewer rows than the tokenizer has tokens.
  void requireFits(int embeddingRows) {
    tokenizer.ifPresent(t -> {
      if (t.vocabSize() > embeddingRows) {
        throw new UserException(
            config.type()
                + " has "
                + t.vocabSize()
                + " tokens, but the embedding only "
                + embeddingRows
                + " rows; is it the tokenizer of this checkpoint?");
      }
    });
  }

  /// Writes the tokenizer's files.
  ///
  /// @param wholeDirectory copy what lies beside the vocabulary instead of describing it anew
  void write(Path directory, boolean wholeDirectory) throws IOException {
    if (is(HF)) {
      Path vocab = config.vocabFile().orElseThrow();
      if (wholeDirectory) {
        copyNeighbours(vocab, directory);
        return;
      }
      NamedFiles.copy(vocab, directory.resolve("tokenizer.json"));
      describe(directory, "PreTrainedTokenizerFast");
    }
    if (is(GPT2)) {
      Path vocab = config.vocabFile().orElseThrow();
      Path merges = config.mergeFile().orElseThrow();
      NamedFiles.copy(vocab, directory.resolve("vocab.json"));
      NamedFiles.copy(merges, directory.resolve("merges.txt"));
      NamedFiles.writeString(
          directory.resolve("tokenizer.json"),
          Gpt2TokenizerJson.of(vocab, merges, special().end()));
      describe(directory, "GPT2Tokenizer");
    }
  }

  private static void copyNeighbours(Path vocab, Path to) throws IOException {
    for (String name : HF_FILES) {
      Path neighbour = vocab.resolveSibling(name);
      if (Files.exists(neighbour)) {
        NamedFiles.copy(neighbour, to.resolve(name));
      }
    }
  }

  private void describe(Path directory, String tokenizerClass) throws IOException {
    Map<String, Object> special = new LinkedHashMap<>();
    token(special().end())
        .ifPresent(end -> {
          special.put("bos_token", end);
          special.put("eos_token", end);
          special.put("unk_token", end);
        });
    padding().ifPresent(pad -> special.put("pad_token", pad));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tokenizer_class", tokenizerClass);
    json.put("add_prefix_space", false);
    json.put("clean_up_tokenization_spaces", false);
    json.putAll(special);
    NamedFiles.writeString(directory.resolve("tokenizer_config.json"), Json.pretty(json));
    NamedFiles.writeString(directory.resolve("special_tokens_map.json"), Json.pretty(special));
  }

  private Optional<String> padding() {
    if (padId.isPresent()) {
      return token(padId);
    }
    return tokenizer.filter(t -> t.id(PADDING).isPresent()).map(t -> PADDING);
  }

  private Optional<String> token(OptionalInt id) {
    return id.isPresent() ? tokenizer.flatMap(t -> t.token(id.getAsInt())) : Optional.empty();
  }

  private boolean is(String type) {
    return config.type().toLowerCase(Locale.ROOT).equals(type);
  }

  private static String problem(UserException e) {
    return String.valueOf(e.getMessage());
  }

  private static void requireInside(Tokenizer tokenizer, OptionalInt padId) {
    if (padId.isPresent() && padId.getAsInt() >= tokenizer.vocabSize()) {
      throw new UserException(
          "--pad-token-id "
              + padId.getAsInt()
              + ": the tokenizer has ids 0 to "
              + (tokenizer.vocabSize() - 1));
    }
  }
}
