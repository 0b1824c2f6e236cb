package neox.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.UserException;
import neox.tokenizer.added.AddedToken;
import neox.tokenizer.parts.Part;
import neox.tokenizer.vocabulary.Vocabulary;

/// Reads the added tokens of a `tokenizer.json`, with the ids that HuggingFace gives them: a token
/// of the vocabulary keeps its id, new ones are counted on from its size whatever the file says.
final class AddedTokenReader {
  /// Each is looked for in every text.
  private static final int MAX_TOKENS = 1_000_000;

  private final String where;
  private final Vocabulary vocabulary;
  private final List<AddedToken> special = new ArrayList<>();
  private final List<AddedToken> plain = new ArrayList<>();
  private final Map<String, JsonNode> seen = new HashMap<>();
  private int next;

  private AddedTokenReader(String where, Vocabulary vocabulary) {
    this.where = where;
    this.vocabulary = vocabulary;
    next = vocabulary.size();
  }

  /// The tokens of a list, special ones first.
  ///
  /// @param list `added_tokens`
  static List<AddedToken> read(JsonNode list, Vocabulary vocabulary, Path file) {
    AddedTokenReader reader = new AddedTokenReader(file + ": added_tokens", vocabulary);
    if (list.isMissingNode()) {
      return List.of();
    }
    if (!list.isArray() || list.size() > MAX_TOKENS) {
      throw UserException.of(
          "%s: expected a list of at most %d tokens, found %s",
          reader.where, MAX_TOKENS, Part.shortened(list));
    }
    for (int i = 0; i < list.size(); i++) {
      reader.add(list.path(i), i);
    }
    reader.special.addAll(reader.plain);
    return reader.special;
  }

  private void add(JsonNode node, int index) {
    Part token = Part.of(node, where + "[" + index + "]");
    String content = token.string("content");
    token.ignoring("id");
    boolean isSpecial = token.flag("special");
    Set<AddedToken.Trait> traits = traits(token);
    token.done();
    if (content.isEmpty() || isRepeated(content, node, token)) {
      return;
    }
    int known = vocabulary.id(content);
    int id = known == Vocabulary.MISSING ? next++ : known;
    (isSpecial ? special : plain).add(new AddedToken(content, id, traits));
  }

  private boolean isRepeated(String content, JsonNode node, Part token) {
    JsonNode earlier = seen.putIfAbsent(content, node);
    if (earlier == null) {
      return false;
    }
    for (String trait : List.of("special", "normalized", "single_word", "lstrip", "rstrip")) {
      if (!earlier.path(trait).equals(node.path(trait))) {
        throw token.refusal(
            "the token "
                + Part.shortened(node.path("content"))
                + " is there twice, with another "
                + trait);
      }
    }
    return true;
  }

  private static Set<AddedToken.Trait> traits(Part token) {
    Set<AddedToken.Trait> traits = EnumSet.noneOf(AddedToken.Trait.class);
    Map<String, AddedToken.Trait> names =
        Map.of(
            "normalized", AddedToken.Trait.NORMALIZED,
            "single_word", AddedToken.Trait.SINGLE_WORD,
            "lstrip", AddedToken.Trait.LSTRIP,
            "rstrip", AddedToken.Trait.RSTRIP);
    names.forEach((name, trait) -> {
      if (token.flag(name)) {
        traits.add(trait);
      }
    });
    return traits;
  }
}
