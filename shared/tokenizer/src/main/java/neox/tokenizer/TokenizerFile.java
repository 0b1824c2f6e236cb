package neox.tokenizer;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonParser.NumberType;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import neox.base.JsonStream;
import neox.base.UserException;

/// Reads the parts that all tokenizer files share, with one clear line when they are not there.
final class TokenizerFile {
  /// No vocabulary comes near; a larger id is a damaged file and would ask for gigabytes.
  private static final int MAX_ID = MergeTable.TOKENS - 1;

  /// Something that is done with a file.
  interface Reading<T> {
    T read(Path file) throws IOException;
  }

  static String text(Path file) {
    return reading(file, Files::readString);
  }

  /// Runs a reader and turns every failure to read into a [UserException] that names the file.
  static <T> T reading(Path file, Reading<T> reading) {
    if (Files.isDirectory(file)) {
      throw UserException.of(
          "%s: is a directory; name the tokenizer's file itself, such as %s",
          file, file.resolve("tokenizer.json"));
    }
    try {
      return reading.read(file);
    } catch (NoSuchFileException e) {
      throw new UserException(file + ": no such tokenizer file", e);
    } catch (AccessDeniedException e) {
      throw new UserException(file + ": permission denied", e);
    } catch (IOException e) {
      throw new UserException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /// The vocabulary that is all of a file.
  static Vocabulary vocabulary(Path file) {
    return reading(
        file, path -> JsonStream.read(path, parser -> vocabulary(parser, path.toString())));
  }

  /// Takes a vocabulary from a parser: an object of tokens and ids.
  ///
  /// @param where names its place in errors
  static Vocabulary vocabulary(JsonParser parser, String where) throws IOException {
    Vocabulary vocabulary = new Vocabulary();
    if (!parser.isExpectedStartObjectToken()) {
      throw noVocabulary(where, JsonStream.tree(parser));
    }
    for (String token = parser.nextFieldName(); token != null; token = parser.nextFieldName()) {
      parser.nextToken();
      vocabulary.put(token, id(parser, token, where));
    }
    if (vocabulary.size() == 0) {
      throw noVocabulary(where, JsonNodeFactory.instance.objectNode());
    }
    return vocabulary;
  }

  private static int id(JsonParser parser, String token, String where) throws IOException {
    boolean isInt =
        parser.hasToken(JsonToken.VALUE_NUMBER_INT) && parser.getNumberType() == NumberType.INT;
    int id = isInt ? parser.getIntValue() : -1;
    if (id < 0 || id > MAX_ID) {
      throw UserException.of(
          "%s: token \"%s\": expected an id between 0 and %d, found %s",
          where, token, MAX_ID, JsonStream.tree(parser));
    }
    return id;
  }

  /// What to say of a node that should have been a vocabulary.
  static UserException noVocabulary(String where, JsonNode found) {
    return UserException.of(
        "%s: expected a vocabulary, an object of tokens and ids, found %s", where, describe(found));
  }

  /// What a node is, for error messages.
  static String describe(JsonNode node) {
    if (node.isMissingNode()) {
      return "nothing";
    }
    String text = node.toString();
    return text.length() <= 40 ? text : text.substring(0, 40) + "…";
  }

  private TokenizerFile() {}
}
