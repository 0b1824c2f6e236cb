package neox.tokenizer;

import neox.tokenizer.vocabulary.MergeTable;
import neox.tokenizer.vocabulary.Vocabulary;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import neox.base.ByteBuilder;
import neox.base.JsonFile;
import neox.base.JsonScanner;
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
        file, path -> JsonFile.read(path, scanner -> vocabulary(scanner, path.toString())));
  }

  /// Takes a vocabulary from a scanner: an object of tokens and ids.
  ///
  /// @param where names its place in errors
  static Vocabulary vocabulary(JsonScanner scanner, String where) throws JsonScanner.Malformed {
    Vocabulary vocabulary = new Vocabulary();
    if (scanner.peek() != '{') {
      throw noVocabulary(where, JsonFile.tree(scanner));
    }
    ByteBuilder token = new ByteBuilder();
    for (boolean more = scanner.begin('{', '}'); more; more = scanner.hasNext('}')) {
      token.clear();
      scanner.readString(token);
      scanner.expect(':');
      vocabulary.put(token.array(), 0, token.size(), id(scanner, token, where));
    }
    if (vocabulary.size() == 0) {
      throw noVocabulary(where, JsonNodeFactory.instance.objectNode());
    }
    return vocabulary;
  }

  private static int id(JsonScanner scanner, ByteBuilder token, String where)
      throws JsonScanner.Malformed {
    int id = scanner.readIndex();
    if (id < 0 || id > MAX_ID) {
      throw UserException.of(
          "%s: token \"%s\": expected an id between 0 and %d, found %s",
          where, token, MAX_ID, id < 0 ? JsonFile.tree(scanner) : id);
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
