package neox.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import neox.base.ReadableFile;
import neox.base.UserException;
import neox.base.json.Json;

/// Rows as JSON: an object per line, or one array of objects.
final class JsonRows {
  /// The rows of lines, of which blank ones are none.
  ///
  /// @param bytes in UTF-8, without a mark of the byte order
  /// @param file what messages call it
  static List<Row> ofLines(byte[] bytes, String file) {
    List<Row> rows = new ArrayList<>();
    int number = 0;
    for (int from = 0; from < bytes.length; ) {
      int to = endOfLine(bytes, from);
      String where = file + ":" + ++number;
      String line = ReadableFile.text(Arrays.copyOfRange(bytes, from, to), where);
      if (!line.isBlank()) {
        rows.add(new Row(row(line, where), where));
      }
      from = to + 1;
    }
    return rows;
  }

  private static int endOfLine(byte[] bytes, int from) {
    int to = from;
    while (to < bytes.length && bytes[to] != '\n') {
      to++;
    }
    return to;
  }

  /// The rows of a file that may also be one array.
  static List<Row> ofArrayOrLines(byte[] bytes, String file) {
    if (firstCharacter(bytes) != '[') {
      return ofLines(bytes, file);
    }
    List<Row> rows = new ArrayList<>();
    String text = ReadableFile.text(bytes, file);
    for (JsonNode value : Json.parse(text, file)) {
      String where = file + ", row " + (rows.size() + 1);
      rows.add(new Row(row(value, text, where), where));
    }
    return rows;
  }

  private static int firstCharacter(byte[] bytes) {
    for (byte b : bytes) {
      if (b > ' ') {
        return b;
      }
    }
    return -1;
  }

  /// The row of one line.
  static ObjectNode row(String line, String where) {
    return row(Json.parse(line, where), line, where);
  }

  /// @param text in which the value stands
  private static ObjectNode row(JsonNode value, String text, String where) {
    if (!(value instanceof ObjectNode fields)) {
      throw UserException.of("%s: expected a JSON object, found %s", where, value.getNodeType());
    }
    if (text.contains("\\u") && hasHalfPair(fields)) {
      throw UserException.of(
          "%s: a text holds half a surrogate pair, which is no character", where);
    }
    return fields;
  }

  private static boolean hasHalfPair(JsonNode value) {
    if (value.isTextual()) {
      return value.textValue().codePoints().anyMatch(JsonRows::isHalf);
    }
    return value.valueStream().anyMatch(JsonRows::hasHalfPair);
  }

  private static boolean isHalf(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  private JsonRows() {}
}
