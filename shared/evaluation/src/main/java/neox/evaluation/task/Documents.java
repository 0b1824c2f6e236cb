package neox.evaluation.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.ReadableFile;
import neox.base.UserException;
import neox.base.json.Json;
import neox.evaluation.document.Document;
import neox.template.value.Dict;
import neox.template.value.Value;

/// The data sets below one directory, one JSON object per line in `DIR/TASK/SPLIT.jsonl`.
public record Documents(Path directory) {

  /// All documents of one split. Every document gets every column of the file, missing ones as
  /// null, as in a table.
  public List<Document> read(Task task, String split) throws IOException {
    Path file = directory.resolve(task.data().folder()).resolve(split + ".jsonl");
    if (!Files.exists(file)) {
      throw UserException.of(
          "%s: no such file; task %s needs the split '%s' of the data set %s there, one JSON object"
              + " per line",
          file, task.name(), split, task.data().origin());
    }
    List<Row> rows = parse(file);
    if (rows.isEmpty()) {
      throw UserException.of("%s: the file has no documents", file);
    }
    return complete(rows);
  }

  private record Row(ObjectNode fields, String where) {
    Document document() {
      return new Document((Dict) Value.of(fields), where);
    }
  }

  private static List<Row> parse(Path file) throws IOException {
    List<Row> rows = new ArrayList<>();
    byte[] bytes = ReadableFile.bytes(file);
    int number = 0;
    for (int from = 0; from < bytes.length; ) {
      int to = endOfLine(bytes, from);
      String where = file + ":" + ++number;
      String line = ReadableFile.text(Arrays.copyOfRange(bytes, from, to), where);
      if (!line.isBlank()) {
        rows.add(new Row(parse(line, where), where));
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

  private static ObjectNode parse(String line, String where) {
    JsonNode value = Json.parse(line, where);
    if (!(value instanceof ObjectNode fields)) {
      throw UserException.of("%s: expected a JSON object, found %s", where, value.getNodeType());
    }
    if (line.contains("\\u") && hasHalfPair(fields)) {
      throw UserException.of(
          "%s: a text holds half a surrogate pair, which is no character", where);
    }
    return fields;
  }

  private static boolean hasHalfPair(JsonNode value) {
    if (value.isTextual()) {
      return value.textValue().codePoints().anyMatch(Documents::isHalf);
    }
    return value.valueStream().anyMatch(Documents::hasHalfPair);
  }

  private static boolean isHalf(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }

  private static List<Document> complete(List<Row> rows) {
    Set<String> columns = new LinkedHashSet<>();
    rows.forEach(row -> row.fields().fieldNames().forEachRemaining(columns::add));
    return rows.stream()
        .map(row -> row.fields().size() == columns.size() ? row : fill(row, columns))
        .map(Row::document)
        .toList();
  }

  private static Row fill(Row row, Set<String> columns) {
    ObjectNode filled = Json.mapper().createObjectNode();
    columns.forEach(column -> filled.putNull(column));
    for (Map.Entry<String, JsonNode> field : row.fields().properties()) {
      filled.set(field.getKey(), field.getValue());
    }
    return new Row(filled, row.where());
  }
}
