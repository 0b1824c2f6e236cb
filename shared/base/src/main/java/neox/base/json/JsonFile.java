package neox.base.json;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import neox.base.ByteBuilder;
import neox.base.NamedFiles;
import neox.base.UserException;
import neox.base.text.TextBytes;
import neox.base.text.Utf8Check;

/// Reads a JSON file piece by piece and without [Json]'s mapper: setting that up takes longer than
/// reading a vocabulary of 50,000 tokens, and tools that tokenize have no other use for it.
public final class JsonFile {
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /// Takes the one value of a file from a scanner that stands before it.
  public interface Reading<T> {
    T read(JsonScanner scanner) throws JsonScanner.Malformed;
  }

  /// Reads a file, whose byte order mark is passed over; [UserException] `file:line: …` when it is
  /// not JSON.
  public static <T> T read(Path file, Reading<T> reading) throws IOException {
    byte[] bytes = NamedFiles.readAllBytes(file);
    int invalid = Utf8Check.firstInvalid(bytes, 0, bytes.length);
    if (invalid >= 0) {
      throw UserException.of(
          "%s:%d: not valid JSON: byte 0x%02x is not UTF-8%s",
          file,
          line(bytes, invalid),
          bytes[invalid] & 0xff,
          Utf8Check.hint(bytes, 0, bytes.length, invalid));
    }
    JsonScanner scanner = new JsonScanner();
    scanner.reset(bytes, TextBytes.markLength(bytes, bytes.length), bytes.length);
    if (scanner.peek() == JsonScanner.END) {
      throw new UserException(file + ": not valid JSON: it is empty");
    }
    try {
      T value = reading.read(scanner);
      scanner.expectEnd();
      return value;
    } catch (JsonScanner.Malformed e) {
      throw UserException.of("%s:%d: %s", file, line(bytes, e.at()), e.why(""));
    }
  }

  private static int line(byte[] bytes, int at) {
    return 1 + TextBytes.lineFeeds(bytes, Math.min(at, bytes.length));
  }

  /// Takes the next value as a tree.
  public static JsonNode tree(JsonScanner scanner) throws JsonScanner.Malformed {
    return switch (scanner.peek()) {
      case '{', '[', '"' -> tree(scanner, new ByteBuilder(), 0);
      default -> scalar(scanner);
    };
  }

  private static JsonNode tree(JsonScanner scanner, ByteBuilder text, int depth)
      throws JsonScanner.Malformed {
    scanner.refuseDeep(depth);
    return switch (scanner.peek()) {
      case '{' -> {
        ObjectNode object = NODES.objectNode();
        for (boolean more = scanner.begin('{', '}'); more; more = scanner.hasNext('}')) {
          String name = string(scanner, text);
          scanner.expect(':');
          object.set(name, tree(scanner, text, depth + 1));
        }
        yield object;
      }
      case '[' -> {
        ArrayNode array = NODES.arrayNode();
        for (boolean more = scanner.begin('[', ']'); more; more = scanner.hasNext(']')) {
          array.add(tree(scanner, text, depth + 1));
        }
        yield array;
      }
      case '"' -> NODES.textNode(string(scanner, text));
      default -> scalar(scanner);
    };
  }

  private static String string(JsonScanner scanner, ByteBuilder text) throws JsonScanner.Malformed {
    text.clear();
    scanner.readString(text);
    return text.toString();
  }

  private static JsonNode scalar(JsonScanner scanner) throws JsonScanner.Malformed {
    int first = scanner.peek();
    return first == '-' || (first >= '0' && first <= '9')
        ? number(scanner.readNumber())
        : literal(scanner.readLiteral());
  }

  private static JsonNode number(String text) {
    boolean small =
        text.length() < 10 && text.chars().allMatch(c -> c == '-' || (c <= '9' && c >= '0'));
    return small
        ? NODES.numberNode(Integer.parseInt(text))
        : NODES.numberNode(Double.parseDouble(text));
  }

  private static JsonNode literal(String text) {
    return switch (text) {
      case "true" -> NODES.booleanNode(true);
      case "false" -> NODES.booleanNode(false);
      case "null" -> NODES.nullNode();
      default -> NODES.numberNode(Double.parseDouble(text));
    };
  }

  private JsonFile() {}
}
