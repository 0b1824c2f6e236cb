package neox.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.tokenizer.added.AddedToken;

/// Reads HuggingFace's `tokenizer.json`.
///
/// Byte-level BPE in GPT-2's manner is ours; whatever else the file may describe goes to
/// HuggingFace's own library, which is loaded only then.
final class TokenizerJson {
  private final Path file;
  private final TokenizerParts parts;
  private final JsonNode root;

  private TokenizerJson(Path file, TokenizerParts parts) {
    this.file = file;
    this.parts = parts;
    this.root = parts.rest();
  }

  static Tokenizer open(Path file) {
    TokenizerJson json = new TokenizerJson(file, TokenizerParts.read(file));
    json.check();
    return json.byteLevel().orElseGet(json::foreign);
  }

  private void check() {
    if (!root.path("model").isObject()) {
      throw UserException.of(
          "%s: not a tokenizer.json of HuggingFace tokenizers: expected an object \"model\","
              + " found %s",
          file, TokenizerFile.describe(root.path("model")));
    }
    for (String name : List.of("truncation", "padding")) {
      if (isSet(root.path(name))) {
        throw UserException.of(
            "%s: \"%s\" is set and would change documents; set it to null", file, name);
      }
    }
  }

  /// Our own implementation, when the file asks for nothing that it does not do.
  private Optional<Tokenizer> byteLevel() {
    Optional<Set<ByteLevelBpe.Option>> options = options();
    if (options.isEmpty() || !isPlainBpe(root.path("model"))) {
      return Optional.empty();
    }
    Vocabulary vocabulary = vocabulary();
    if (!vocabulary.hasDistinctIds()) {
      return Optional.empty();
    }
    if (isSet(root.path("model").path("unk_token")) && !vocabulary.hasAllBytes()) {
      return Optional.empty();
    }
    Optional<List<AddedToken>> added = addedTokens(vocabulary);
    return added.map(tokens ->
        new ByteLevelBpe(
            new BpeModel(vocabulary, merges(), file.toString()),
            tokens,
            options.orElseThrow(),
            List.of(file)));
  }

  private Tokenizer foreign() {
    Vocabulary vocabulary = vocabulary();
    List<AddedToken> added = addedTokens(vocabulary).orElse(List.of());
    return DjlTokenizer.open(file, new TokenIds(vocabulary, added));
  }

  private Optional<Set<ByteLevelBpe.Option>> options() {
    JsonNode splitter = root.path("pre_tokenizer");
    JsonNode post = root.path("post_processor");
    if (!isByteLevel(splitter)
        || !isByteLevel(root.path("decoder"))
        || (isSet(post) && !isByteLevel(post))) {
      return Optional.empty();
    }
    Set<ByteLevelBpe.Option> options = EnumSet.noneOf(ByteLevelBpe.Option.class);
    if (splitter.path("add_prefix_space").asBoolean(true)) {
      options.add(ByteLevelBpe.Option.PREFIX_SPACE);
    }
    if (!splitter.path("use_regex").asBoolean(true)) {
      options.add(ByteLevelBpe.Option.NO_WORDS);
    }
    JsonNode normalizer = root.path("normalizer");
    if (isSet(normalizer)) {
      if (!normalizer.path("type").asText().equals("NFC")) {
        return Optional.empty();
      }
      options.add(ByteLevelBpe.Option.NFC);
    }
    return Optional.of(options);
  }

  private static boolean isPlainBpe(JsonNode model) {
    return model.path("type").asText().equals("BPE")
        && model.path("dropout").asDouble(0) == 0
        && model.path("continuing_subword_prefix").asText("").isEmpty()
        && model.path("end_of_word_suffix").asText("").isEmpty()
        && !model.path("ignore_merges").asBoolean(false);
  }

  private static boolean isByteLevel(JsonNode node) {
    return node.path("type").asText().equals("ByteLevel");
  }

  private static boolean isSet(JsonNode node) {
    return !node.isMissingNode() && !node.isNull();
  }

  /// The model's vocabulary: an object of ids or, for Unigram, an array of tokens with scores.
  private Vocabulary vocabulary() {
    return parts.vocabulary().orElseGet(this::listed);
  }

  private Vocabulary listed() {
    JsonNode list = root.path("model").path("vocab");
    if (!list.isArray()) {
      throw TokenizerFile.noVocabulary(file + ": model.vocab", list);
    }
    Vocabulary vocabulary = new Vocabulary();
    for (int id = 0; id < list.size(); id++) {
      vocabulary.put(list.path(id).path(0).asText(), id);
    }
    return vocabulary;
  }

  private Merges merges() {
    return parts
        .merges()
        .orElseThrow(() ->
            UserException.of(
                "%s: model.merges: expected an array, found %s",
                file, TokenizerFile.describe(root.path("model").path("merges"))));
  }

  /// The added tokens with the ids that HuggingFace gives them: an existing token keeps its id, a
  /// new one takes the next free id whatever the file says. Special tokens come first.
  private Optional<List<AddedToken>> addedTokens(Vocabulary vocabulary) {
    List<AddedToken> special = new ArrayList<>();
    List<AddedToken> plain = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    int highest = -1;
    for (JsonNode node : root.path("added_tokens")) {
      String content = node.path("content").asText();
      if (content.isEmpty()) {
        continue;
      }
      if (!seen.add(content)) {
        return Optional.empty();
      }
      int known = vocabulary.id(content);
      int id = known != Vocabulary.MISSING ? known : Math.max(vocabulary.size(), highest + 1);
      highest = Math.max(highest, id);
      boolean isSpecial = node.path("special").asBoolean();
      (isSpecial ? special : plain).add(new AddedToken(content, id, traits(node, isSpecial)));
    }
    special.addAll(plain);
    return Optional.of(special);
  }

  private static Set<AddedToken.Trait> traits(JsonNode node, boolean special) {
    Set<AddedToken.Trait> traits = EnumSet.noneOf(AddedToken.Trait.class);
    if (node.path("normalized").asBoolean(!special)) {
      traits.add(AddedToken.Trait.NORMALIZED);
    }
    if (node.path("single_word").asBoolean()) {
      traits.add(AddedToken.Trait.SINGLE_WORD);
    }
    if (node.path("lstrip").asBoolean()) {
      traits.add(AddedToken.Trait.LSTRIP);
    }
    if (node.path("rstrip").asBoolean()) {
      traits.add(AddedToken.Trait.RSTRIP);
    }
    return traits;
  }
}
