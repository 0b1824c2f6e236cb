package neox.converthf.tokenizer;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import neox.base.NamedFiles;
import neox.base.json.Json;
import neox.config.TokenizerConfig;
import neox.tokenizer.Tokenizer;

/// How transformers is told of a tokenizer of NeoX. All but those of tiktoken have a form.
sealed interface TokenizerForm {
  String FAST = "PreTrainedTokenizerFast";

  /// A `tokenizer.json`, which is copied.
  record FastJson(Path file) implements TokenizerForm {}

  /// GPT-2's pair of files.
  record Gpt2(Path vocab, Path merges) implements TokenizerForm {}

  /// A token for each byte.
  record Bytes() implements TokenizerForm {}

  /// A model of SentencePiece.
  record SentencePiece(Path model) implements TokenizerForm {}

  /// The form of a configured tokenizer that could be opened; empty when it has none.
  static Optional<TokenizerForm> of(TokenizerConfig config) {
    return switch (config.type().toLowerCase(Locale.ROOT)) {
      case "hftokenizer" -> config.vocabFile().map(FastJson::new);
      case "gpt2bpetokenizer" ->
          config.vocabFile().map(vocab -> new Gpt2(vocab, config.mergeFile().orElseThrow()));
      case "hfgpt2tokenizer" -> {
        Path directory = config.vocabFile().orElse(Path.of("gpt2"));
        yield Optional.of(
            new Gpt2(directory.resolve("vocab.json"), directory.resolve("merges.txt")));
      }
      case "spmtokenizer" -> config.vocabFile().map(SentencePiece::new);
      case "charleveltokenizer" -> Optional.of(new Bytes());
      default -> Optional.empty();
    };
  }

  /// The class of transformers, of 4 and 5.
  default String className() {
    return switch (this) {
      case Gpt2 _ -> "GPT2Tokenizer";
      case FastJson _, Bytes _, SentencePiece _ -> FAST;
    };
  }

  /// The file beside which a Hugging Face directory's other files may lie; empty where there is
  /// none in that format.
  default Optional<Path> vocabulary() {
    return switch (this) {
      case FastJson(Path file) -> Optional.of(file);
      case Gpt2(Path vocab, Path _) -> Optional.of(vocab);
      case SentencePiece(Path model) -> Optional.of(model);
      case Bytes _ -> Optional.empty();
    };
  }

  /// The token for what is unknown, if the vocabulary names one.
  default Optional<String> unknown() throws IOException {
    return switch (this) {
      case FastJson(Path file) ->
          Optional.ofNullable(Json.read(file).at("/model/unk_token").textValue());
      case SentencePiece(Path model) ->
          Optional.of(SentencePieceJson.read(NamedFiles.readAllBytes(model), model).unknown());
      case Gpt2 _, Bytes _ -> Optional.empty();
    };
  }

  /// Whether a space is put before texts, as the file itself says: transformers 4.48 to 4.57
  /// believe `tokenizer_config.json` instead.
  default boolean prefixSpace() throws IOException {
    return switch (this) {
      case FastJson(Path file) ->
          Json.read(file).path("pre_tokenizer").findParents("add_prefix_space").stream()
              .filter(part -> part.path("type").asText().equals("ByteLevel"))
              .anyMatch(part -> part.path("add_prefix_space").asBoolean());
      case Gpt2 _, Bytes _, SentencePiece _ -> false;
    };
  }

  /// Writes the vocabulary's files.
  ///
  /// @param tokenizer the same, opened
  default void write(Path directory, Tokenizer tokenizer) throws IOException {
    Path json = directory.resolve("tokenizer.json");
    switch (this) {
      case FastJson(Path file) -> NamedFiles.copy(file, json);
      case Gpt2(Path vocab, Path merges) -> {
        NamedFiles.copy(vocab, directory.resolve("vocab.json"));
        NamedFiles.copy(merges, directory.resolve("merges.txt"));
        NamedFiles.writeString(json, Gpt2TokenizerJson.of(vocab, merges, special(tokenizer)));
      }
      case Bytes _ -> NamedFiles.writeString(json, ByteTokenizerJson.make());
      case SentencePiece(Path model) -> {
        NamedFiles.copy(model, directory.resolve("tokenizer.model"));
        NamedFiles.writeString(
            json, SentencePieceJson.read(NamedFiles.readAllBytes(model), model).text());
      }
    }
  }

  private static Map<String, Integer> special(Tokenizer tokenizer) {
    Map<String, Integer> special = new LinkedHashMap<>();
    tokenizer.eod().ifPresent(id -> tokenizer.token(id).ifPresent(token -> special.put(token, id)));
    tokenizer.id(HfTokenizer.PADDING).ifPresent(id -> special.put(HfTokenizer.PADDING, id));
    return special;
  }
}
