package neox.evaluation.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.json.Json;
import neox.evaluation.Runs;
import neox.evaluation.TaskText;
import neox.evaluation.catalogue.TaskCatalogue;
import neox.evaluation.function.HarnessFunctions;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.task.Task;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What results keep of built-in tasks, against what the real harness kept of its own.
class TaskConfigJsonTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/configs/shot0.json");

  /// The harness was given the data as files, and its own folders; decontamination is not done
  /// here.
  private static final Set<String> OTHERS =
      Set.of(
          "tag",
          "dataset_path",
          "dataset_name",
          "dataset_kwargs",
          "should_decontaminate",
          "doc_to_decontamination_query",
          "metadata");

  /// Not webqs, which does here in a function of its own what another does to the list in passing.
  private static final List<String> TASKS =
      List.of(
          "arc_easy",
          "hellaswag",
          "lambada_openai",
          "piqa",
          "sciq",
          "triviaqa",
          "nq_open",
          "pile_arxiv",
          "winogrande");

  @Test
  void configurationsHaveTheHarnessesKeysInItsOrderWithItsDefaults() throws IOException {
    JsonNode golden = Json.read(GOLDEN);
    RunDescription run = Runs.like(golden.get("config"), 0);
    NamedFunctions functions = new NamedFunctions(HarnessFunctions.all());
    for (Task task : TaskCatalogue.of(List.of(), functions, w -> {}).select(TASKS).tasks()) {
      JsonNode expected = golden.at("/configs/" + task.name());
      ObjectNode ours = new TaskConfigJson(task, 0, run).json();
      assertThat(ours.at("/metadata/version")).isEqualTo(expected.at("/metadata/version"));
      assertThat(comparable(ours)).as(task.name()).hasToString(comparable(expected).toString());
    }
  }

  @Test
  void examplesKeepTheNullsThatTheyAreGiven(@TempDir Path folder) throws IOException {
    Task task =
        TaskText.task(
            folder,
            """
            {task: t, dataset_path: d, test_split: test, doc_to_text: q, doc_to_target: a,
             gen_prefix: So, fewshot_config: {gen_prefix: null}}
            """);
    RunDescription run = Runs.like(Json.read(GOLDEN).get("config"), 0);
    ObjectNode json = new TaskConfigJson(task, 0, run).json();
    assertThat(json.at("/fewshot_config/gen_prefix").isNull()).isTrue();
    assertThat(json.at("/fewshot_config/doc_to_text").asText()).isEqualTo("q");
    assertThat(json.at("/gen_prefix").asText()).isEqualTo("So");
  }

  /// Functions are dumped as their source there, and by their names here.
  private static JsonNode comparable(JsonNode config) {
    ObjectNode copy = config.deepCopy();
    copy.remove(OTHERS);
    for (Map.Entry<String, JsonNode> field : copy.properties()) {
      if (field.getValue().isTextual() && field.getValue().textValue().startsWith("<function")) {
        copy.put(field.getKey(), "<function>");
      } else if (field.getValue() instanceof ObjectNode inner) {
        copy.set(field.getKey(), comparable(inner));
      }
    }
    return copy;
  }
}
