package neox.evaluation.catalogue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.UserException;
import neox.evaluation.catalogue.IndexEntry.OfGroup;
import neox.evaluation.catalogue.IndexEntry.OfTag;
import neox.evaluation.catalogue.TaskTree.TaskGroup;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.task.Task;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TaskCatalogueTest {
  @TempDir private Path given;
  private Path folder;
  private final List<String> warnings = new ArrayList<>();

  @BeforeEach
  void writeTasks() throws IOException {
    folder = given.toRealPath();
    write("_base", "dataset_path: some/data\ntest_split: test\ndoc_to_text: q\ndoc_to_target: a\n");
    for (String name : List.of("my_a", "my_b", "my_c")) {
      String tag = name.equals("my_c") ? "" : "tag: my_tag\n";
      write("tasks/" + name + ".yaml", "include: ../_base\ntask: " + name + "\n" + tag);
    }
    write("my_group.yaml", "group: my_group\ntask: [my_c, my_tag]\nnum_fewshot: 2\n");
  }

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private TaskCatalogue catalogue() throws IOException {
    return TaskCatalogue.of(List.of(folder), NamedFunctions.NONE, warnings::add);
  }

  private Selection select(String... names) throws IOException {
    return catalogue().select(List.of(names));
  }

  private List<String> tasks(String... names) throws IOException {
    return select(names).tasks().stream().map(Task::name).toList();
  }

  @Test
  void findsTasksGroupsTagsAndPatternsOfThem() throws IOException {
    assertThat(tasks("my_b", "my_a")).containsExactly("my_b", "my_a");
    assertThat(tasks("my_tag")).containsExactly("my_a", "my_b");
    assertThat(tasks("my_[bc]", "my_?")).containsExactly("my_b", "my_c", "my_a");
    assertThat(tasks("my_[!bc]")).containsExactly("my_a");
    write("plain.yaml", "group: plain\ntask: [my_c, my_tag]\n");
    Selection group = select("plain", "my_a");
    assertThat(group.tasks()).extracting(Task::name).containsExactly("my_c", "my_a", "my_b");
    assertThat(group.groups()).extracting(TaskGroup::name).containsExactly("plain");
    assertThat(group.roots()).hasSize(1);
  }

  @Test
  void keysOfAGroupAreKeysOfItsTasks() throws IOException {
    assertThat(select("my_group").tasks().getFirst().fewShot().count()).contains(2);
    write(
        "other.yaml",
        """
        group: other
        num_fewshot: 2
        task:
          - {task: my_a, num_fewshot: 1}
          - {group: my_group, description: "Hm. "}
          - group: inner
            group_alias: Inside
            task: [my_d]
          - {task: fresh, dataset_path: d, test_split: t, doc_to_text: q, doc_to_target: a}
        """);
    write("tasks/my_d.yaml", "include: ../_base\ntask: my_d\n");
    assertThatThrownBy(() -> select("other"))
        .isInstanceOf(UserException.class)
        .hasMessageContaining("task 'my_a' is asked for twice, and differs");
    Files.delete(folder.resolve("tasks/my_a.yaml"));
    write("tasks/my_x.yaml", "include: ../_base\ntask: my_a\n");
    Selection selection = select("other");
    assertThat(selection.groups())
        .extracting(TaskGroup::name)
        .containsExactly("other", "my_group", "other::inner");
    assertThat(selection.tasks())
        .extracting(Task::name)
        .containsExactly("my_a", "my_c", "my_b", "my_d", "other::fresh");
    assertThat(selection.tasks())
        .extracting(task -> task.fewShot().count().orElse(-1))
        .containsExactly(1, 2, 2, 2, 2);
  }

  @Test
  void aLaterFolderReplacesAndWithinOneTheFirstPathCounts() throws IOException {
    write("tasks/z.yaml", "include: ../_base\ntask: my_a\ntask_alias: Second\n");
    TaskIndex index = TaskIndex.of(List.of(folder));
    assertThat(index.find("my_a").orElseThrow().location())
        .contains(folder.resolve("tasks/my_a.yaml"));
    assertThat(index.warnings())
        .containsExactly(
            folder
                + "/tasks/z.yaml: 'my_a' is already that of "
                + folder
                + "/tasks/my_a.yaml, which counts");
    Path later = Files.createDirectories(folder.resolve("later"));
    Files.writeString(later.resolve("a.yaml"), "include: ../_base\ntask: my_a\n");
    TaskIndex both = TaskIndex.of(List.of(folder.resolve("tasks"), later));
    assertThat(both.find("my_a").orElseThrow().location()).contains(later.resolve("a.yaml"));
    assertThat(both.warnings().getLast()).startsWith("'my_a' of " + later + "/a.yaml replaces");
  }

  @Test
  void listsWhatThereIs() throws IOException {
    write("broken.yaml", "task: [\n");
    TaskIndex index = TaskIndex.of(List.of(folder));
    assertThat(index.names()).containsExactly("my_a", "my_b", "my_c", "my_group", "my_tag");
    assertThat(index.all(OfGroup.class)).extracting(OfGroup::name).containsExactly("my_group");
    assertThat(index.all(OfTag.class)).extracting(OfTag::tasks).asString().contains("my_a, my_b");
    assertThat(index.unreadable()).containsOnlyKeys(folder.resolve("broken.yaml"));
  }

  @Test
  void readsTaskFilesAndFoldersOfThem() throws IOException {
    assertThat(tasks(folder + "/tasks/my_a.yaml", folder + "/tasks/my_[bc]*.yaml"))
        .containsExactly("my_a", "my_b", "my_c");
    assertThat(tasks(folder + "/tasks")).containsExactly("my_a", "my_b", "my_c");
    assertThat(select(folder + "/my_group.yaml").groups()).hasSize(1);
  }

  @Test
  void reportsEveryNameThatStandsForNothing() {
    assertThatThrownBy(() -> select("my-a", "my_b", "quantum_tennis_xyz", "no.yaml"))
        .isInstanceOf(UserException.class)
        .hasMessage(
            """
            unknown task 'my-a'; did you mean 'my_a'? (neox-eval ls tasks shows all)
            unknown task 'quantum_tennis_xyz' (neox-eval ls tasks shows all)
            no.yaml: there is no such task file\
            """);
  }

  @Test
  void aTaskThatCannotBeRunIsRefusedByNameAndLeftOutOfTags() throws IOException {
    write(
        "tasks/bad.yaml",
        "include: ../_base\ntask: bad\ntag: my_tag\nprocess_docs: !function utils.f\n");
    String problem =
        folder
            + "/tasks/bad.yaml:4: process_docs: the Python function utils.f of the folder 'tasks'";
    assertThatThrownBy(() -> select("bad"))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(problem);
    assertThatThrownBy(() -> select("my_group")).hasMessageStartingWith(problem);
    assertThat(warnings).isEmpty();
    assertThat(tasks("my_tag")).containsExactly("my_a", "my_b");
    assertThat(warnings).singleElement().asString().startsWith("left out: " + problem);
  }

  @Test
  void refusesGroupsThatLeadNowhere() throws IOException {
    write("odd.yaml", "group: odd\ntask: [my_z]\n");
    write("circle.yaml", "group: circle\ntask: [circle]\n");
    write("wrong.yaml", "group: wrong\ntask: [3]\n");
    assertThatThrownBy(() -> select("odd"))
        .hasMessage(
            folder + "/odd.yaml:2: the group 'odd' names 'my_z', which is no task, group or tag");
    assertThatThrownBy(() -> select("circle"))
        .hasMessage(folder + "/circle.yaml:1: the group 'circle' is a member of itself");
    assertThatThrownBy(() -> select("wrong"))
        .hasMessage(
            folder
                + "/wrong.yaml:2: expected the name of a task, or a mapping with 'task' or"
                + " 'group', found the number 3");
    assertThatThrownBy(() ->
            TaskCatalogue.of(List.of(folder.resolve("x")), NamedFunctions.NONE, warnings::add))
        .hasMessage(folder + "/x: expected a directory with task files");
  }
}
