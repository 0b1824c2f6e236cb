package neox.tokenizer;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import neox.base.Json;
import neox.base.UserException;

/// Reads the parts that all tokenizer files share, with one clear line when they are not there.
final class TokenizerFile {
  /// No vocabulary comes near; a larger id is a damaged file and would ask for gigabytes.
  private static final int MAX_ID = MergeTable.TOKENS - 1;

  /// Something that is done with a file.
  interface Reading<T> {
    T read(Path file) throws IOException;
  }

  static JsonNode json(Path file) {
    return reading(file, Json::read);
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

  /// An object of names and ids.
  static Map<String, Integer> vocabulary(JsonNode node, String where) {
    if (!node.isObject() || node.isEmpty()) {
      throw UserException.of(
          "%s: expected a vocabulary, an object of tokens and ids, found %s",
          where, describe(node));
    }
    Map<String, Integer> vocabulary = HashMap.newHashMap(node.size());
    for (Map.Entry<String, JsonNode> entry : node.properties()) {
      JsonNode id = entry.getValue();
      if (!id.isInt() || id.intValue() < 0 || id.intValue() > MAX_ID) {
        throw UserException.of(
            "%s: token \"%s\": expected an id between 0 and %d, found %s",
            where, entry.getKey(), MAX_ID, id);
      }
      vocabulary.put(entry.getKey(), id.intValue());
    }
    return vocabulary;
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
