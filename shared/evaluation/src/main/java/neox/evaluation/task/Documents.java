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
    List<Document> documents = parse(file);
    if (documents.isEmpty()) {
      throw UserException.of("%s: the file has no documents", file);
    }
    return complete(documents);
  }

  private static List<Document> parse(Path file) throws IOException {
    List<Document> documents = new ArrayList<>();
    byte[] bytes = ReadableFile.bytes(file);
    int number = 0;
    for (int from = 0; from < bytes.length; ) {
      int to = endOfLine(bytes, from);
      String where = file + ":" + ++number;
      String line = ReadableFile.text(Arrays.copyOfRange(bytes, from, to), where);
      if (!line.isBlank()) {
        documents.add(new Document(parse(line, where), where));
      }
      from = to + 1;
    }
    return documents;
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

  private static List<Document> complete(List<Document> documents) {
    Set<String> columns = new LinkedHashSet<>();
    documents.forEach(document -> document.fields().fieldNames().forEachRemaining(columns::add));
    return documents.stream()
        .map(document ->
            document.fields().size() == columns.size() ? document : fill(document, columns))
        .toList();
  }

  private static Document fill(Document document, Set<String> columns) {
    ObjectNode filled = Json.mapper().createObjectNode();
    columns.forEach(column -> filled.putNull(column));
    for (Map.Entry<String, JsonNode> field : document.fields().properties()) {
      filled.set(field.getKey(), field.getValue());
    }
    return document.with(filled);
  }
}
