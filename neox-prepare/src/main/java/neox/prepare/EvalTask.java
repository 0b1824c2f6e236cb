package neox.prepare;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import neox.base.UserException;
import neox.base.json.Json;
import neox.base.text.Spelling;
import neox.datasets.SplitDownload.Split;
import neox.hub.HubAddress;

/// Where the data of an evaluation task are on a hub, from the table `eval-tasks.json`.
///
/// @param name also of the directory that `neox-eval` looks for
/// @param splits one file of rows each, `TASK/NAME.jsonl`
record EvalTask(String name, List<Split> splits) {
  private static final String FAMILY = "*";
  private static final int MISTAKES = 3;

  EvalTask {
    splits = List.copyOf(splits);
  }

  /// The tasks by these names; [UserException] for unknown ones, all at once.
  static List<EvalTask> find(List<String> names) {
    JsonNode table = table();
    List<EvalTask> found = new ArrayList<>();
    List<String> unknown = new ArrayList<>();
    for (String name : names) {
      Optional<EvalTask> task = find(name, table);
      task.ifPresent(found::add);
      if (task.isEmpty()) {
        unknown.add(name);
      }
    }
    if (!unknown.isEmpty()) {
      List<String> known = names(table);
      String guess =
          Spelling.nearest(unknown.getFirst(), known, MISTAKES)
              .map(near -> "did you mean '" + near + "'? ")
              .orElse("");
      throw UserException.of(
          "unknown evaluation task '%s'; %sknown are %s",
          String.join("', '", unknown), guess, String.join(", ", known));
    }
    return found;
  }

  /// The names of the table, families as `NAME_*`.
  static List<String> names() {
    return names(table());
  }

  private static List<String> names(JsonNode table) {
    List<String> names = new ArrayList<>();
    table.forEach(row -> names.add(row.path("task").asText()));
    return names;
  }

  private static Optional<EvalTask> find(String name, JsonNode table) {
    for (JsonNode row : table) {
      String pattern = row.path("task").asText();
      if (pattern.equals(name)) {
        return pattern.endsWith(FAMILY) ? Optional.empty() : Optional.of(of(name, "", row));
      }
      String stem = pattern.substring(0, pattern.length() - 1);
      if (pattern.endsWith(FAMILY) && name.startsWith(stem) && name.length() > stem.length()) {
        return Optional.of(of(name, name.substring(stem.length()), row));
      }
    }
    return Optional.empty();
  }

  private static EvalTask of(String name, String member, JsonNode row) {
    List<Split> splits = new ArrayList<>();
    Optional<String> config =
        Optional.ofNullable(row.get("config"))
            .map(JsonNode::asText)
            .map(text -> text.equals(FAMILY) ? member : text);
    JsonNode listed = row.path("splits");
    for (JsonNode split : listed.isArray() ? listed : Json.mapper().createArrayNode()) {
      splits.add(new Split(split.asText(), address(row.path("repository").asText()), config));
    }
    for (var split : listed.properties()) {
      splits.add(new Split(split.getKey(), address(split.getValue().asText()), config));
    }
    return new EvalTask(name, splits);
  }

  private static HubAddress address(String path) {
    return HubAddress.parse("hf://datasets/" + path);
  }

  private static JsonNode table() {
    try (InputStream in =
        Objects.requireNonNull(EvalTask.class.getResourceAsStream("eval-tasks.json"))) {
      return Json.mapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
