package neox.eval;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.Console;
import neox.base.help.HelpGroup;
import neox.evaluation.catalogue.TaskCatalogue;
import neox.evaluation.function.HarnessFunctions;
import neox.evaluation.function.NamedFunctions;
import picocli.CommandLine.Option;

/// Where task files are.
@HelpGroup("Tasks")
final class TaskFolders {
  @Option(
      names = {"--include-path", "--include_path"},
      paramLabel = "DIR",
      split = ":",
      description =
          "Add the task files below a folder; they replace built-in tasks of their names. May be"
              + " given again.")
  List<Path> folders = new ArrayList<>();

  /// All tasks there are.
  TaskCatalogue catalogue(Console console) throws IOException {
    NamedFunctions functions = new NamedFunctions(HarnessFunctions.all());
    return TaskCatalogue.of(folders, functions, warning -> console.warn("%s", warning));
  }
}
