package neox.converthf.tokenizer;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
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
import neox.tokenizer.special.TextBounds;
import neox.weights.hf.HfConfig.SpecialTokens;

/// The tokenizer of a run, as files that transformers' AutoTokenizer opens, and as the token ids
/// that `config.json` must name.
public final class HfTokenizer {
  static final String PADDING = "<|padding|>";

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
          ChatTemplate.FILE);

  private final String type;
  private final Optional<TokenizerForm> form;
  private final Optional<Tokenizer> tokenizer;
  private final OptionalInt padId;
  private final TextBounds bounds;

  private HfTokenizer(TokenizerConfig config, Optional<Tokenizer> tokenizer, OptionalInt padId) {
    this.type = config.type();
    this.form = TokenizerForm.of(config);
    this.tokenizer = tokenizer;
    this.padId = padId;
    this.bounds = tokenizer.map(HfTokenizer::bounds).orElse(TextBounds.NONE);
    tokenizer.ifPresent(t -> requireInside(t, padId));
  }

  private static TextBounds bounds(Tokenizer tokenizer) {
    try {
      return TextBounds.besideFilesOf(tokenizer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Opens the tokenizer; warns when transformers has no counterpart to write files for.
  public static HfTokenizer open(TokenizerConfig config, OptionalInt padId, Console console) {
    HfTokenizer result;
    try {
      Tokenizer tokenizer = Tokenizers.open(config.type(), config.vocabFile(), config.mergeFile());
      result = new HfTokenizer(config, Optional.of(tokenizer), padId);
    } catch (UserException e) {
      throw new UserException(
          problem(e) + " (name it with --vocab_file, or convert without: --no_save_tokenizer)", e);
    }
    if (result.form.isEmpty()) {
      console.warn("%s has no Hugging Face form: no tokenizer files are written", config.type());
    }
    return result;
  }

  /// Only for the ids; when the tokenizer cannot be opened they stay unknown, with a warning.
  public static HfTokenizer idsOnly(TokenizerConfig config, OptionalInt padId, Console console) {
    try {
      Tokenizer tokenizer = Tokenizers.open(config.type(), config.vocabFile(), config.mergeFile());
      return new HfTokenizer(config, Optional.of(tokenizer), padId);
    } catch (UserException e) {
      console.warn("bos_token_id and eos_token_id are left empty: %s", problem(e));
      return new HfTokenizer(config, Optional.empty(), padId);
    }
  }

  /// The ids for `config.json`: what the files beside the vocabulary name, or NeoX's. NeoX's
  /// documents end in a token and start with none; HF generation without a prompt starts with
  /// `bos`, for which the end of the document before is right.
  public SpecialTokens special() {
    return new SpecialTokens(bounds.begin(), bounds.end(), padId, bounds.stops());
  }

  /// How many tokens it has; empty where it could not be opened.
  public OptionalInt size() {
    return tokenizer.map(t -> OptionalInt.of(t.vocabSize())).orElse(OptionalInt.empty());
  }

  /// [UserException] when the embedding has fewer rows than the tokenizer has tokens.
  public void requireFits(int embeddingRows) {
    tokenizer.ifPresent(t -> {
      if (t.vocabSize() > embeddingRows) {
        throw new UserException(
            type
                + " has "
                + t.vocabSize()
                + " tokens, but the embedding only "
                + embeddingRows
                + " rows; is it the tokenizer of this checkpoint?");
      }
    });
  }

  /// Writes the files that transformers needs; none where it has no form.
  ///
  /// @param longest text of the model, in tokens
  public void write(Path directory, int longest) throws IOException {
    if (form.isPresent() && tokenizer.isPresent()) {
      form.get().write(directory, tokenizer.get());
      describe(directory, form.get(), longest);
    }
  }

  /// Copies all that lies beside the vocabulary.
  public void copy(Path directory) throws IOException {
    Path vocabulary =
        form.flatMap(TokenizerForm::vocabulary)
            .orElseThrow(() ->
                UserException.of(
                    "--vocab-is-hf-tokenizer: %s has no files to copy; leave it out", type));
    List<Path> neighbours =
        HF_FILES.stream().map(vocabulary::resolveSibling).filter(Files::exists).toList();
    if (neighbours.isEmpty()) {
      throw UserException.of(
          "--vocab-is-hf-tokenizer: beside %s is no tokenizer of Hugging Face (tokenizer.json, …);"
              + " leave it out",
          vocabulary);
    }
    for (Path neighbour : neighbours) {
      NamedFiles.copy(neighbour, directory.resolve(neighbour.getFileName()));
    }
  }

  private void describe(Path directory, TokenizerForm written, int longest) throws IOException {
    Map<String, Object> special = new LinkedHashMap<>();
    token(bounds.begin()).ifPresent(begin -> special.put("bos_token", begin));
    token(bounds.end()).ifPresent(end -> special.put("eos_token", end));
    written.unknown().or(() -> token(bounds.end())).ifPresent(t -> special.put("unk_token", t));
    padding().ifPresent(pad -> special.put("pad_token", pad));
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("tokenizer_class", written.className());
    json.put("add_prefix_space", written.prefixSpace());
    json.put("clean_up_tokenization_spaces", false);
    json.put("model_max_length", longest);
    json.putAll(special);
    Optional<ChatTemplate> chat = written.vocabulary().flatMap(ChatTemplate::beside);
    if (chat.isPresent()) {
      json.put(ChatTemplate.KEY, chat.get().json());
      chat.get().write(directory);
    }
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
