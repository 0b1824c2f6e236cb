package neox.evaluation.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// The parts of the results file in which groups stand beside tasks.
record GroupJson(Results results) {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /// The figures of tasks, followed by those of groups.
  ObjectNode appendTo(ObjectNode tasks) {
    results.scores().forEach(score -> tasks.set(score.group().name(), figures(score)));
    return tasks;
  }

  /// The groups that have figures, where there are any.
  Optional<ObjectNode> scored() {
    ObjectNode scored = JSON.objectNode();
    results.scores().stream()
        .filter(score -> !score.group().figures().isEmpty())
        .forEach(score -> scored.set(score.group().name(), figures(score)));
    return scored.isEmpty() ? Optional.empty() : Optional.of(scored);
  }

  private static ObjectNode figures(GroupResult result) {
    Group group = result.group();
    ObjectNode json = JSON.objectNode().put("alias", group.alias()).put("name", group.name());
    if (group.figures().isEmpty()) {
      return json;
    }
    json.put("sample_len", result.documents());
    ObjectNode counts = JSON.objectNode();
    for (GroupResult.Figure figure : result.figures()) {
      json.put(figure.key(), figure.value());
      String error = figure.metric() + "_stderr," + figure.filter();
      figure.standardError().ifPresentOrElse(e -> json.put(error, e), () -> json.put(error, "N/A"));
      counts.put(figure.key(), figure.documents());
    }
    if (!counts.isEmpty()) {
      json.set("sample_count", counts);
    }
    return json;
  }

  ObjectNode members() {
    ObjectNode json = JSON.objectNode();
    results.groups().forEach(group -> group.members().forEach(json.putArray(group.name())::add));
    return json;
  }

  /// Numbers of tasks as their files have them, texts of groups.
  ObjectNode versions() {
    Map<String, JsonNode> versions = new TreeMap<>();
    results.tasks().forEach(result -> versions.put(result.task().name(), result.task().version()));
    results
        .groups()
        .forEach(group -> versions.put(group.name(), JSON.textNode(group.version().orElse("N/A"))));
    return JSON.objectNode().setAll(versions);
  }

  ObjectNode shots() {
    ObjectNode json = JSON.objectNode();
    results.shots().forEach(json::put);
    return json;
  }

  ObjectNode directions() {
    ObjectNode json = JSON.objectNode();
    results
        .directions()
        .forEach((name, metrics) -> {
          ObjectNode own = json.putObject(name);
          metrics.forEach((metric, higher) ->
              higher.ifPresentOrElse(value -> own.put(metric, value), () -> own.putNull(metric)));
        });
    return json;
  }
}
