package neox.eval.task;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.Json;
import neox.base.NamedFiles;
import neox.base.UserException;

/// The data sets below one directory, one JSON object per line in `DIR/TASK/SPLIT.jsonl`.
public record Documents(Path directory) {

  /// All documents of one split. Every document gets every column of the file, missing ones as
  /// null, as in a table.
  public List<Document> read(Task task, String split) throws IOException {
    Path file = directory.resolve(task.data().folder()).resolve(split + ".jsonl");
    if (!Files.isRegularFile(file)) {
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
    try (BufferedReader reader = NamedFiles.newBufferedReader(file)) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (line.isBlank()) {
          continue;
        }
        String where = file + ":" + number;
        JsonNode value = parse(line, where);
        if (!(value instanceof ObjectNode fields)) {
          throw UserException.of(
              "%s: expected a JSON object, found %s", where, value.getNodeType());
        }
        documents.add(new Document(fields, where));
      }
    } catch (CharacterCodingException e) {
      throw new UserException(file + ": the file is not valid UTF-8", e);
    }
    return documents;
  }

  private static JsonNode parse(String line, String where) {
    try {
      return Json.mapper().readTree(line);
    } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
      throw new UserException(where + ": not valid JSON: " + e.getOriginalMessage(), e);
    }
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
