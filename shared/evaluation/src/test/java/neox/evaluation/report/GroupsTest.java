package neox.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.json.Json;
import neox.evaluation.Runs;
import neox.evaluation.TaskText;
import neox.evaluation.config.AggregateEntry;
import neox.evaluation.metric.Metric;
import neox.evaluation.metric.StandardAggregation;
import neox.evaluation.metric.TextComparison;
import neox.evaluation.task.Task;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Groups of tasks in results and tables, against the real harness.
class GroupsTest {
  private static final Path CASES = Path.of("src/test/resources/golden/groups/cases.json");

  @TempDir private Path directory;

  static Stream<JsonNode> cases() throws IOException {
    List<JsonNode> cases = new ArrayList<>();
    Json.read(CASES).forEach(cases::add);
    return cases.stream();
  }

  private Results results(JsonNode golden, List<String> warnings) throws IOException {
    List<TaskResult> tasks = new ArrayList<>();
    for (Map.Entry<String, JsonNode> task : golden.get("tasks").properties()) {
      tasks.add(task(task.getKey(), task.getValue()));
    }
    List<Group> groups = new ArrayList<>();
    for (JsonNode group : golden.get("groups")) {
      groups.add(group(group));
    }
    return Results.of(tasks, groups, warnings::add);
  }

  private TaskResult task(String name, JsonNode golden) throws IOException {
    String text =
        """
        task: %s
        task_alias: %s
        dataset_path: owner/name
        test_split: test
        doc_to_text: question
        doc_to_target: answer
        metadata: {version: %s}
        """
            .formatted(name, golden.get("alias").asText(), golden.get("version"));
    List<Metric> metrics = new ArrayList<>();
    for (Map.Entry<String, JsonNode> direction : golden.get("directions").properties()) {
      metrics.add(
          new Metric(
              direction.getKey(),
              StandardAggregation.MEAN,
              direction.getValue().asBoolean(),
              TextComparison.EXACT));
    }
    List<MetricResult> figures = new ArrayList<>();
    for (Map.Entry<String, JsonNode> figure : golden.get("figures").properties()) {
      String[] key = figure.getKey().split(",", -1);
      for (Metric metric : metrics) {
        if (metric.name().equals(key[0])) {
          JsonNode error = golden.at("/figures/" + key[0] + "_stderr," + key[1]);
          figures.add(
              new MetricResult(
                  metric,
                  key[1],
                  figure.getValue().asDouble(),
                  Optional.of(error).filter(JsonNode::isNumber).map(JsonNode::asDouble)));
        }
      }
    }
    int documents = golden.get("documents").asInt();
    int shots = golden.get("shots").asInt();
    Task task = with(TaskText.task(directory, text), metrics);
    return new TaskResult(task, shots, documents, documents, figures, List.of());
  }

  private static Task with(Task task, List<Metric> metrics) {
    return new Task(
        task.config(),
        task.data(),
        task.process(),
        task.prompt(),
        task.fewShot(),
        task.generation(),
        metrics,
        task.scoring(),
        task.filters());
  }

  private static Group group(JsonNode golden) {
    List<AggregateEntry> figures = new ArrayList<>();
    for (JsonNode figure : golden.get("figures")) {
      List<String> filters = new ArrayList<>();
      figure.get("filters").forEach(filter -> filters.add(filter.asText()));
      figures.add(
          new AggregateEntry(
              figure.get("metric").asText(), filters, figure.get("weight_by_size").asBoolean()));
    }
    List<String> members = new ArrayList<>();
    golden.get("members").forEach(member -> members.add(member.asText()));
    String name = golden.get("name").asText();
    return new Group(
        name,
        golden.get("alias").asText(name),
        members,
        figures,
        Optional.of(golden.get("version")).filter(JsonNode::isTextual).map(JsonNode::asText));
  }

  private static ObjectNode description() {
    return (ObjectNode)
        Json.parse(
            "{\"batch_size\": 8, \"gen_kwargs\": {}, \"model_num_parameters\": 1,"
                + " \"model_args\": {\"pretrained\": \"m\"}}",
            "test");
  }

  @ParameterizedTest
  @MethodSource("cases")
  void resultsAreTheHarnesses(JsonNode golden) throws IOException {
    Results results = results(golden, new ArrayList<>());
    JsonNode json = Runs.json(Runs.like(description(), 0), results);
    for (Map.Entry<String, JsonNode> expected : golden.get("expected").properties()) {
      String key = expected.getKey();
      if (expected.getValue().isNull()) {
        assertThat(json.has(key)).as(key).isFalse();
      } else if (!key.equals("tables")) {
        // As text: keys in their order, numbers to the last bit.
        assertThat(json.get(key)).as(key).hasToString(expected.getValue().toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tablesAreTheHarnesses(JsonNode golden) throws IOException {
    Results results = results(golden, new ArrayList<>());
    StringBuilder expected = new StringBuilder();
    for (JsonNode table : golden.at("/expected/tables")) {
      List<List<String>> rows = new ArrayList<>();
      for (JsonNode row : table) {
        List<String> cells = new ArrayList<>();
        row.forEach(cell -> cells.add(cell.asText()));
        rows.add(cells);
      }
      expected.append(MarkdownTable.of(rows.getFirst(), rows.subList(1, rows.size())));
      expected.append('\n');
    }
    String printed = ResultsTable.of(Runs.like(description(), 0), results);
    assertThat(printed.substring(printed.indexOf('\n') + 1)).isEqualTo(expected.toString());
  }

  @ParameterizedTest
  @MethodSource("cases")
  void tellsOfMetricsThatNotEveryTaskHas(JsonNode golden) throws IOException {
    List<String> warnings = new ArrayList<>();
    results(golden, warnings);
    if (golden.get("name").asText().equals("no errors")) {
      assertThat(warnings)
          .containsExactly(
              "group p: perplexity,none is missing in 1 of 3 tasks, the first is p3",
              "group p: acc,none is missing in 2 of 3 tasks, the first is p1");
    } else {
      assertThat(warnings).isEmpty();
    }
  }
}
