package neox.datasets;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.NamedFiles;
import neox.base.ReadableFile;
import neox.base.UserException;
import neox.base.json.Json;
import neox.compression.GzipMembers;
import neox.compression.ZstdFrames;

/// Files that hold rows, each kind by its ending.
final class RowFiles {
  private static final List<String> LINES =
      List.of(".jsonl", ".jsonl.gz", ".jsonl.zst", ".json", ".json.gz", ".json.zst");
  private static final List<String> TABLES = List.of(".parquet", ".arrow");

  /// The endings that are known, the preferred first.
  static List<String> endings() {
    List<String> endings = new ArrayList<>(LINES);
    endings.addAll(TABLES);
    return endings;
  }

  /// The endings, for messages.
  static String kinds() {
    return String.join(", ", endings());
  }

  /// Whether a file on the hub can be made into lines on its way: a table of Arrow's cannot.
  static boolean canStream(String name) {
    return name.endsWith(".parquet") || LINES.stream().anyMatch(name::endsWith);
  }

  /// The rows of a file in order.
  static List<Row> read(Path file) throws IOException {
    String name = file.getFileName().toString();
    if (name.endsWith(".parquet")) {
      List<Row> rows = new ArrayList<>();
      ParquetRows.read(
          file, fields -> rows.add(new Row(fields, file + ", row " + (rows.size() + 1))));
      return rows;
    }
    if (name.endsWith(".arrow")) {
      return ArrowRows.read(file);
    }
    if (LINES.stream().noneMatch(name::endsWith)) {
      throw UserException.of("%s: files of this kind are not read; known are %s", file, kinds());
    }
    byte[] bytes = bytes(file, name);
    return name.contains(".jsonl")
        ? JsonRows.ofLines(bytes, file.toString())
        : JsonRows.ofArrayOrLines(bytes, file.toString());
  }

  private static byte[] bytes(Path file, String name) throws IOException {
    if (!name.endsWith(".gz") && !name.endsWith(".zst")) {
      return ReadableFile.bytes(file);
    }
    try (InputStream in = decompressed(name, NamedFiles.newInputStream(file))) {
      return ReadableFile.unmarked(in.readAllBytes());
    } catch (IOException e) {
      throw new UserException(file + ": " + e.getMessage(), e);
    }
  }

  /// The bytes of a file of lines.
  static InputStream decompressed(String name, InputStream in) throws IOException {
    if (name.endsWith(".gz")) {
      return new GzipMembers(in);
    }
    return name.endsWith(".zst") ? new ZstdFrames(in) : in;
  }

  /// The rows of all files, as a table has them: each with every column, null where it has none.
  static List<Row> table(List<Path> files) throws IOException {
    List<Row> rows = new ArrayList<>();
    for (Path file : files) {
      rows.addAll(read(file));
    }
    if (rows.isEmpty()) {
      throw UserException.of("%s: the file has no documents", files.getLast());
    }
    Set<String> columns = new LinkedHashSet<>();
    rows.forEach(row -> row.fields().fieldNames().forEachRemaining(columns::add));
    return rows.stream().map(row -> completed(row, columns)).toList();
  }

  private static Row completed(Row row, Set<String> columns) {
    if (row.fields().size() == columns.size()) {
      return row;
    }
    Map<String, JsonNode> fields = new LinkedHashMap<>();
    columns.forEach(column -> fields.put(column, Json.mapper().nullNode()));
    row.fields().properties().forEach(field -> fields.put(field.getKey(), field.getValue()));
    ObjectNode completed = Json.mapper().createObjectNode();
    completed.setAll(fields);
    return new Row(completed, row.where());
  }

  private RowFiles() {}
}
