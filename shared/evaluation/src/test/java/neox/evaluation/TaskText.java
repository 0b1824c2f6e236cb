package neox.evaluation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import neox.evaluation.catalogue.TaskFactory;
import neox.evaluation.function.NamedFunctions;
import neox.evaluation.function.TaskFunction;
import neox.evaluation.task.Task;
import neox.evaluation.yaml.YamlFiles;

/// Tasks of task files that stand in tests.
public final class TaskText {
  /// The task of a file `task.yaml` with a text, without functions.
  public static Task task(Path folder, String text) throws IOException {
    return task(folder, text, Map.of());
  }

  public static Task task(Path folder, String text, Map<String, ? extends TaskFunction> functions)
      throws IOException {
    Path file = Files.writeString(folder.resolve("task.yaml"), text);
    return new TaskFactory(new NamedFunctions(functions))
        .task(new YamlFiles(warning -> {}).read(file));
  }

  private TaskText() {}
}
