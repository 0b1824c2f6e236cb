package neox.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import neox.base.json.Json;
import neox.evaluation.catalogue.TaskCatalogue;
import neox.evaluation.function.HarnessFunctions;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.task.DataSet;
import neox.evaluation.task.Task;
import org.junit.jupiter.api.Test;

/// `neox-prepare eval` knows where tasks' data are from a table, for it must not see libtorch, and
/// `neox-eval` from the task files: both say the same.
class EvaluationDataTest {
  /// A task of each family of the table.
  private static final Map<String, String> MEMBERS =
      Map.of("blimp_*", "adjunct_island", "mmlu_*", "anatomy");

  @Test
  void theTableOfNeoxPrepareSaysWhatTheTaskFilesSay() throws IOException {
    TaskCatalogue catalogue =
        TaskCatalogue.of(List.of(), new NamedFunctions(HarnessFunctions.all()), warning -> {});
    for (JsonNode row : table()) {
      String pattern = row.get("task").asText();
      String member = MEMBERS.getOrDefault(pattern, "");
      String name = pattern.replace("*", member);
      Task task = catalogue.select(List.of(name)).tasks().getFirst();
      if (row.has("repository")) {
        ofRepository(row, member, task);
      } else {
        ofFiles(row, task);
      }
    }
  }

  private static JsonNode table() throws IOException {
    try (InputStream in =
        EvaluationDataTest.class.getResourceAsStream("/neox/prepare/eval-tasks.json")) {
      byte[] bytes = Objects.requireNonNull(in, "eval-tasks.json").readAllBytes();
      return Json.parse(new String(bytes, StandardCharsets.UTF_8), "eval-tasks.json");
    }
  }

  private static void ofRepository(JsonNode row, String member, Task task) {
    DataSet data = task.data();
    Optional<String> config =
        Optional.ofNullable(row.get("config")).map(node -> node.asText().replace("*", member));
    assertThat(data.path()).as(task.name()).isEqualTo(row.get("repository").asText());
    assertThat(data.name()).as(task.name()).isEqualTo(config);
    List<String> splits = new ArrayList<>();
    row.get("splits").forEach(split -> splits.add(split.asText()));
    assertThat(splits).as(task.name()).containsAll(splits(task));
  }

  private static Set<String> splits(Task task) {
    DataSet data = task.data();
    Set<String> splits = new HashSet<>();
    data.training().ifPresent(splits::add);
    data.validation().ifPresent(splits::add);
    data.test().ifPresent(splits::add);
    task.fewShot().split().ifPresent(splits::add);
    return splits;
  }

  private static void ofFiles(JsonNode row, Task task) {
    for (Map.Entry<String, JsonNode> split : row.get("splits").properties()) {
      assertThat(task.data().keywords().at("/data_files/" + split.getKey()).asText())
          .as(task.name())
          .isEqualTo("hf://datasets/" + split.getValue().asText());
    }
  }
}
