package neox.evaluation.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import neox.evaluation.catalogue.TaskTree.TaskGroup;
import neox.evaluation.function.HarnessFunctions;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.task.Task;
import neox.evaluation.yaml.YamlNode.FunctionName;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class BuiltInTasksTest {
  private static final List<String> WARNINGS = new ArrayList<>();
  private static TaskCatalogue catalogue;

  @BeforeAll
  static void read() throws IOException {
    NamedFunctions functions = new NamedFunctions(HarnessFunctions.all());
    catalogue = TaskCatalogue.of(List.of(), functions, WARNINGS::add);
  }

  private static List<Task> tasks(String... names) throws IOException {
    return catalogue.select(List.of(names)).tasks();
  }

  @Test
  void everyTaskOfTheListIsThere() throws IOException {
    assertThat(tasks("anli", "ai2_arc", "lambada", "headqa", "truthfulqa", "super-glue-lm-eval-v1"))
        .hasSize(3 + 2 + 2 + 2 + 2 + 3);
    assertThat(tasks("mmlu")).hasSize(57);
    assertThat(tasks("blimp")).hasSize(67);
    assertThat(tasks("arithmetic")).hasSize(10);
    assertThat(tasks("pile_*")).hasSize(22 + 1);
    assertThat(
            tasks(
                "hellaswag",
                "piqa",
                "winogrande",
                "wsc273",
                "triviaqa",
                "sciq",
                "openbookqa",
                "race",
                "logiqa",
                "mathqa",
                "pubmedqa",
                "webqs",
                "nq_open",
                "wikitext",
                "gsm8k",
                "prost",
                "mutual*",
                "coqa",
                "drop",
                "squadv2"))
        .hasSize(21);
  }

  @Test
  void noneIsLeftOutAndNoneIsUnreadable() throws IOException {
    assertThat(tasks("*")).hasSize(192);
    assertThat(WARNINGS).isEmpty();
    assertThat(catalogue.index().unreadable()).isEmpty();
  }

  @Test
  void groupsAreAggregatedAsTheHarnessDoes() throws IOException {
    List<TaskGroup> mmlu = catalogue.select(List.of("mmlu")).groups();
    assertThat(mmlu)
        .extracting(TaskGroup::name)
        .containsExactlyInAnyOrder(
            "mmlu", "mmlu_stem", "mmlu_other", "mmlu_social_sciences", "mmlu_humanities");
    assertThat(mmlu)
        .allSatisfy(group ->
            assertThat(group.config().aggregates())
                .singleElement()
                .satisfies(figure -> assertThat(figure.weightBySize()).isTrue()));
    assertThat(catalogue.select(List.of("blimp")).groups())
        .singleElement()
        .satisfies(
            group -> assertThat(group.config().aggregates().getFirst().weightBySize()).isFalse());
  }

  @Test
  void everyFunctionIsUsed() throws IOException {
    NamedFunctions functions = new NamedFunctions(HarnessFunctions.all());
    Set<String> used = new TreeSet<>();
    for (Task task : tasks("*")) {
      for (FunctionName name : task.config().fields().functions()) {
        String folder = String.valueOf(name.folder().getFileName());
        used.add(folder + "/" + name.name());
        assertThat(functions.find(name)).as(name.toString()).isPresent();
      }
    }
    assertThat(used).containsAll(functions.names());
  }
}
