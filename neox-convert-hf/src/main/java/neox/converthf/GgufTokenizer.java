package neox.converthf;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Predicate;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.json.Json;
import neox.config.TokenizerConfig;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.sentencepiece.SentencePieceModel;
import neox.weights.gguf.GgufVocabulary;
import neox.weights.gguf.GgufVocabulary.ByteLevelBpe;
import neox.weights.gguf.GgufVocabulary.Kind;
import neox.weights.gguf.GgufVocabulary.SentencePiece;
import neox.weights.gguf.GgufVocabulary.Special;
import neox.weights.gguf.GgufVocabulary.Token;
import neox.weights.hf.HfConfig.SpecialTokens;
import org.jspecify.annotations.Nullable;

/// The tokenizer of a run as the vocabulary of a GGUF file.
///
/// llama.cpp knows a tokenizer by its vocabulary, its merges, and the name of the rule that cuts a
/// text into words; what it has no name for is refused, for it would give other tokens.
///
/// @param config where the tokenizer's files are
/// @param ids that `config.json` would name
record GgufTokenizer(TokenizerConfig config, Tokenizer tokenizer, SpecialTokens ids) {
  private static final String HINT =
      "; llama.cpp would give other tokens. Convert without it: --no_save_tokenizer";

  /// The vocabulary for an embedding of `rows` rows; none, with a warning, where GGUF has no form
  /// for the tokenizer at all.
  GgufVocabulary vocabulary(int rows, Console console) throws IOException {
    if (tokenizer.vocabSize() > rows) {
      throw UserException.of(
          "%s has %d tokens, but the embedding only %d rows; is it the tokenizer of this"
              + " checkpoint?",
          config.type(), tokenizer.vocabSize(), rows);
    }
    return switch (config.type().toLowerCase(Locale.ROOT)) {
      case "hftokenizer" -> byteLevel(config.vocabFile().orElseThrow(), rows);
      case "gpt2bpetokenizer" ->
          gpt2(config.vocabFile().orElseThrow(), config.mergeFile().orElseThrow(), rows);
      case "hfgpt2tokenizer" -> {
        Path directory = config.vocabFile().orElse(Path.of("gpt2"));
        yield gpt2(directory.resolve("vocab.json"), directory.resolve("merges.txt"), rows);
      }
      case "spmtokenizer" -> sentencePiece(config.vocabFile().orElseThrow());
      default -> {
        console.warn(
            "%s has no form in GGUF: the file has no vocabulary, llama.cpp takes and gives ids",
            config.type());
        yield new GgufVocabulary.None();
      }
    };
  }

  /// GPT-2's pair of files: what is not cut into words is what the vocabulary names as special.
  private GgufVocabulary gpt2(Path vocab, Path mergeFile, int rows) throws IOException {
    JsonNode vocabulary = Json.read(vocab);
    List<String> merges =
        NamedFiles.readAllLines(mergeFile).stream()
            .filter(line -> !line.isEmpty() && !line.startsWith("#version"))
            .toList();
    Set<String> special = new HashSet<>();
    ids.end().ifPresent(id -> tokenizer.token(id).ifPresent(special::add));
    List<Token> tokens =
        tokens(rows, text -> vocabulary.has(text) && !special.contains(text), Map.of());
    return new ByteLevelBpe(WordRule.GPT_2, tokens, merges, special());
  }

  private GgufVocabulary byteLevel(Path file, int rows) throws IOException {
    JsonNode root = Json.read(file);
    JsonNode model = root.path("model");
    if (!model.path("merges").isArray() || model.path("byte_fallback").asBoolean()) {
      throw UserException.of(
          "%s: its model is %s, not byte-level BPE%s",
          file, model.path("type").asText("of another kind"), HINT);
    }
    String words =
        WordRule.of(root.path("pre_tokenizer"))
            .orElseThrow(() ->
                UserException.of(
                    "%s: its pre_tokenizer cuts texts into words by a rule that llama.cpp has not"
                        + " (it has %s)%s",
                    file, WordRule.NAMES, HINT));
    requireNormalizer(file, root.path("normalizer"));
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : model.path("merges")) {
      merges.add(
          merge.isArray() ? merge.path(0).asText() + " " + merge.path(1).asText() : merge.asText());
    }
    Map<String, JsonNode> added = new HashMap<>();
    root.path("added_tokens").forEach(token -> added.put(token.path("content").asText(), token));
    JsonNode vocabulary = model.path("vocab");
    List<Token> tokens =
        tokens(rows, text -> vocabulary.has(text) && !added.containsKey(text), added);
    return new ByteLevelBpe(words, tokens, merges, special());
  }

  /// llama.cpp changes no text before it cuts it. That NFC is left out is as its own converter has
  /// it: most texts are in that form.
  private static void requireNormalizer(Path file, JsonNode normalizer) {
    String type = normalizer.path("type").asText("");
    if (normalizer.isObject() && !type.equals("NFC")) {
      throw UserException.of(
          "%s: its normalizer (%s) changes texts before they are cut%s", file, type, HINT);
    }
  }

  /// @param isPlain whether a token is one that words are cut into
  /// @param added what is said of other tokens
  private List<Token> tokens(int rows, Predicate<String> isPlain, Map<String, JsonNode> added) {
    List<Token> tokens = new ArrayList<>();
    for (int id = 0; id < rows; id++) {
      Optional<String> text = tokenizer.token(id);
      if (text.isEmpty()) {
        tokens.add(GgufVocabulary.unused(id));
      } else if (isPlain.test(text.get())) {
        tokens.add(new Token(text.get(), Kind.NORMAL));
      } else {
        tokens.add(added(text.get(), added.get(text.get())));
      }
    }
    return tokens;
  }

  /// As llama.cpp's converter does: what looks special is, whatever its file says.
  private static Token added(String text, @Nullable JsonNode token) {
    boolean special = token == null || token.path("special").asBoolean();
    boolean looksSpecial =
        (text.startsWith("<|") && text.endsWith("|>"))
            || (text.startsWith("<｜") && text.endsWith("｜>"))
            || (text.startsWith("<unused") && text.endsWith(">"))
            || text.equals("<pad>")
            || text.equals("<mask>");
    return special || looksSpecial
        ? new Token(text, Kind.CONTROL)
        : new Token(text.replace('▁', ' '), Kind.USER_DEFINED);
  }

  /// What stands around a text is seen in one.
  private Special special() {
    int[] plain = tokenizer.withoutSpecialTokens().encode("a");
    int[] framed = tokenizer.encode("a");
    for (int before = 0; before <= 1; before++) {
      int after = framed.length - plain.length - before;
      boolean around =
          (after == 0 || after == 1)
              && Arrays.equals(framed, before, before + plain.length, plain, 0, plain.length);
      if (around) {
        return new Special(
            before == 1 ? OptionalInt.of(framed[0]) : ids.begin(),
            after == 1 ? OptionalInt.of(framed[framed.length - 1]) : ids.end(),
            ids.end(),
            ids.pad(),
            before == 1,
            after == 1);
      }
    }
    throw UserException.of(
        "%s: its post_processor puts more than a first and a last token around a text%s",
        config.type(), HINT);
  }

  private GgufVocabulary sentencePiece(Path file) throws IOException {
    SentencePieceModel model = SentencePieceModel.read(NamedFiles.readAllBytes(file), file);
    if (!model.merges()) {
      throw UserException.of("%s: is a Unigram model, not BPE%s", file, HINT);
    }
    List<String> changes = changes(model);
    if (!changes.isEmpty()) {
      throw UserException.of("%s: %s%s", file, String.join("; ", changes), HINT);
    }
    List<Token> tokens = new ArrayList<>();
    for (SentencePieceModel.Piece piece : model.pieces()) {
      tokens.add(new Token(piece.text(), kind(piece.kind()), piece.score()));
    }
    Special special =
        new Special(
            ids.begin(), ids.end(), OptionalInt.of(model.unknown()), ids.pad(), false, false);
    return new SentencePiece(tokens, model.normalization().dummyPrefix(), special);
  }

  /// What SentencePiece does to a text and llama.cpp does not: it cuts texts as they are, and looks
  /// for the bytes of what is unknown.
  private static List<String> changes(SentencePieceModel model) {
    List<String> changes = new ArrayList<>();
    if (model.normalization().map().isPresent()) {
      changes.add("replaces characters before texts are cut (precompiled_charsmap)");
    }
    if (model.normalization().removeSpaces()) {
      changes.add("removes spaces before texts are cut (remove_extra_whitespaces)");
    }
    if (!model.byteFallback()) {
      changes.add("has no tokens for the bytes of unknown characters (byte_fallback)");
    }
    return changes;
  }

  private static Kind kind(SentencePieceModel.Kind kind) {
    return switch (kind) {
      case NORMAL -> Kind.NORMAL;
      case UNKNOWN -> Kind.UNKNOWN;
      case CONTROL -> Kind.CONTROL;
      case USER_DEFINED -> Kind.USER_DEFINED;
      case UNUSED -> Kind.UNUSED;
      case BYTE -> Kind.BYTE;
    };
  }
}
