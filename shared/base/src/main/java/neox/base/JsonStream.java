package neox.base;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Reads JSON piece by piece, for files whose tree would be large and whose reading must start at
/// once: [Json]'s mapper alone takes longer to set up than a vocabulary of 50,000 tokens to read.
public final class JsonStream {
  private static final String BYTE_ORDER_MARK = "\uFEFF";

  /// Names are as many as the tokens of a vocabulary, each used once: to keep them for the next
  /// time would be in vain.
  private static final JsonFactory FACTORY =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
          .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
          .build();

  /// Takes one value from a parser that stands at its first token, and leaves it at its last.
  public interface Reading<T> {
    T read(JsonParser parser) throws IOException;
  }

  /// Reads the one value of a file; [UserException] `file:line: …` when it is not JSON.
  public static <T> T read(Path file, Reading<T> reading) throws IOException {
    try (JsonParser parser = FACTORY.createParser(text(file))) {
      if (parser.nextToken() == null) {
        throw new UserException(file + ": not valid JSON: it is empty");
      }
      T value = reading.read(parser);
      if (parser.nextToken() != null) {
        throw UserException.of(
            "%s:%d: not valid JSON: something follows its end",
            file, parser.currentTokenLocation().getLineNr());
      }
      return value;
    } catch (JsonProcessingException e) {
      int line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
      throw UserException.of("%s:%d: not valid JSON: %s", file, line, e.getOriginalMessage());
    }
  }

  /// Takes the value that a parser stands at as a tree.
  public static JsonNode tree(JsonParser parser) throws IOException {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (parser.currentToken()) {
      case START_OBJECT -> {
        ObjectNode object = nodes.objectNode();
        for (String name = parser.nextFieldName(); name != null; name = parser.nextFieldName()) {
          parser.nextToken();
          object.set(name, tree(parser));
        }
        yield object;
      }
      case START_ARRAY -> {
        ArrayNode array = nodes.arrayNode();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
          array.add(tree(parser));
        }
        yield array;
      }
      case VALUE_STRING -> nodes.textNode(parser.getText());
      case VALUE_NUMBER_INT ->
          switch (parser.getNumberType()) {
            case INT -> nodes.numberNode(parser.getIntValue());
            case LONG -> nodes.numberNode(parser.getLongValue());
            default -> nodes.numberNode(parser.getBigIntegerValue());
          };
      case VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDoubleValue());
      case VALUE_TRUE -> nodes.booleanNode(true);
      case VALUE_FALSE -> nodes.booleanNode(false);
      default -> nodes.nullNode();
    };
  }

  private static char[] text(Path file) throws IOException {
    try {
      String text = Files.readString(file);
      return (text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text).toCharArray();
    } catch (CharacterCodingException e) {
      throw new UserException(file + ": not valid JSON: it is not UTF-8", e);
    }
  }

  private JsonStream() {}
}
