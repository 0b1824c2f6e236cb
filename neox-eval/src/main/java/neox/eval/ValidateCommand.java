package neox.eval;

import java.util.ArrayList;
import java.util.List;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.evaluation.catalogue.Selection;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Builds tasks without running them.
@Command(
    name = "validate",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Checks that tasks exist and can be run here.",
    footerHeading = "Examples:",
    footer = {
      "  neox-eval validate --tasks mmlu,hellaswag",
      "  neox-eval validate --tasks my-tasks/mine.yaml"
    })
@HelpGroup("Tasks")
final class ValidateCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin TaskFolders folders = new TaskFolders();

  @Option(
      names = {"-t", "--tasks"},
      paramLabel = "TASK",
      split = ",",
      arity = "1..*",
      required = true,
      description = "Tasks, groups and tags by name or pattern, and task files.")
  List<String> tasks = new ArrayList<>();

  @Override
  public int call(Console console) throws Exception {
    Selection selection = folders.catalogue(console).select(tasks);
    selection
        .tasks()
        .forEach(task ->
            console
                .out()
                .printf("%s %s %s%n", task.name(), task.outputType().key(), task.data().origin()));
    console.info("%d tasks can be run", selection.tasks().size());
    return ExitCode.OK;
  }
}
