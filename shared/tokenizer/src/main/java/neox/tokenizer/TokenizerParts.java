package neox.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.JsonStream;
import neox.base.UserException;

/// What a `tokenizer.json` holds: its two large parts as tables, the rest as a tree.
///
/// @param rest everything but those two
/// @param vocabulary `model.vocab`, if that is an object
/// @param merges `model.merges`, if that is an array
record TokenizerParts(JsonNode rest, Optional<Vocabulary> vocabulary, Optional<Merges> merges) {

  /// Reads a file; [UserException] when it is not JSON or has a part that is none.
  static TokenizerParts read(Path file) {
    return TokenizerFile.reading(file, path -> JsonStream.read(path, new Reading(path)::parts));
  }

  private static final class Reading {
    private final Path file;
    private Optional<Vocabulary> vocabulary = Optional.empty();
    private Optional<Merges> merges = Optional.empty();

    Reading(Path file) {
      this.file = file;
    }

    TokenizerParts parts(JsonParser parser) throws IOException {
      JsonNode rest = parser.isExpectedStartObjectToken() ? root(parser) : JsonStream.tree(parser);
      return new TokenizerParts(rest, vocabulary, merges);
    }

    private ObjectNode root(JsonParser parser) throws IOException {
      ObjectNode root = JsonNodeFactory.instance.objectNode();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        boolean isModel = name.equals("model") && parser.isExpectedStartObjectToken();
        root.set(name, isModel ? model(parser) : JsonStream.tree(parser));
      }
      return root;
    }

    private ObjectNode model(JsonParser parser) throws IOException {
      ObjectNode model = JsonNodeFactory.instance.objectNode();
      for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
        parser.nextToken();
        if (name.equals("vocab") && parser.isExpectedStartObjectToken()) {
          vocabulary = Optional.of(TokenizerFile.vocabulary(parser, file + ": model.vocab"));
        } else if (name.equals("merges") && parser.isExpectedStartArrayToken()) {
          merges = Optional.of(merges(parser));
        } else {
          model.set(name, JsonStream.tree(parser));
        }
      }
      return model;
    }

    private Merges merges(JsonParser parser) throws IOException {
      Merges all = new Merges();
      while (!parser.nextToken().isStructEnd()) {
        if (parser.isExpectedStartArrayToken()) {
          addPair(JsonStream.tree(parser), all);
        } else {
          addText(parser, all);
        }
      }
      return all;
    }

    /// As newer files have it: `["a", "b"]`.
    private void addPair(JsonNode pair, Merges all) {
      if (pair.size() != 2 || !pair.path(0).isTextual() || !pair.path(1).isTextual()) {
        throw notTwoTokens(pair);
      }
      all.add(pair.path(0).textValue(), pair.path(1).textValue());
    }

    /// As older files have it: `"a b"`.
    private void addText(JsonParser parser, Merges all) throws IOException {
      char[] text = parser.getTextCharacters();
      int from = parser.getTextOffset();
      int to = from + parser.getTextLength();
      int space = space(text, from, to);
      if (space == to || space(text, space + 1, to) < to) {
        throw notTwoTokens(JsonStream.tree(parser));
      }
      all.add(text, from, space, to);
    }

    private static int space(char[] text, int from, int to) {
      int at = from;
      while (at < to && text[at] != ' ') {
        at++;
      }
      return at;
    }

    private UserException notTwoTokens(JsonNode found) {
      return UserException.of(
          "%s: model.merges: expected two tokens, found %s", file, TokenizerFile.describe(found));
    }
  }
}
