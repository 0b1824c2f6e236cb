package neox.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;

/// Reads HuggingFace's `tokenizer.json`.
///
/// Byte-level BPE in GPT-2's manner is ours; whatever else the file may describe goes to
/// HuggingFace's own library, which is loaded only then.
final class TokenizerJson {
  private final Path file;
  private final JsonNode root;

  private TokenizerJson(Path file, JsonNode root) {
    this.file = file;
    this.root = root;
  }

  static Tokenizer open(Path file) {
    TokenizerJson json = new TokenizerJson(file, TokenizerFile.json(file));
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
    Map<String, Integer> vocabulary = vocabulary(root.path("model").path("vocab"));
    if (new HashSet<>(vocabulary.values()).size() < vocabulary.size()) {
      return Optional.empty();
    }
    if (isSet(root.path("model").path("unk_token")) && !hasAllBytes(vocabulary)) {
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
    Map<String, Integer> vocabulary = vocabulary(root.path("model").path("vocab"));
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

  private static boolean hasAllBytes(Map<String, Integer> vocabulary) {
    for (int b = 0; b < ByteAlphabet.SIZE; b++) {
      if (!vocabulary.containsKey(String.valueOf(ByteAlphabet.character(b)))) {
        return false;
      }
    }
    return true;
  }

  /// The model's vocabulary: an object of ids or, for Unigram, an array of tokens with scores.
  private Map<String, Integer> vocabulary(JsonNode node) {
    if (!node.isArray()) {
      return TokenizerFile.vocabulary(node, file + ": model.vocab");
    }
    Map<String, Integer> vocabulary = HashMap.newHashMap(node.size());
    for (JsonNode entry : node) {
      vocabulary.put(entry.path(0).asText(), vocabulary.size());
    }
    return vocabulary;
  }

  private List<BpeModel.Merge> merges() {
    JsonNode node = root.path("model").path("merges");
    if (!node.isArray()) {
      throw UserException.of(
          "%s: model.merges: expected an array, found %s", file, TokenizerFile.describe(node));
    }
    List<BpeModel.Merge> merges = new ArrayList<>(node.size());
    for (JsonNode entry : node) {
      merges.add(merge(entry));
    }
    return merges;
  }

  /// `"a b"` in older files, `["a", "b"]` in newer ones.
  private BpeModel.Merge merge(JsonNode entry) {
    if (entry.isArray() && entry.size() == 2) {
      return new BpeModel.Merge(entry.path(0).asText(), entry.path(1).asText());
    }
    String[] parts = entry.asText().split(" ", -1);
    if (parts.length != 2) {
      throw UserException.of(
          "%s: model.merges: expected two tokens, found %s", file, TokenizerFile.describe(entry));
    }
    return new BpeModel.Merge(parts[0], parts[1]);
  }

  /// The added tokens with the ids that HuggingFace gives them: an existing token keeps its id, a
  /// new one takes the next free id whatever the file says. Special tokens come first.
  private Optional<List<AddedToken>> addedTokens(Map<String, Integer> vocabulary) {
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
      Integer known = vocabulary.get(content);
      int id = known != null ? known : Math.max(vocabulary.size(), highest + 1);
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
