package neox.eval;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.evaluation.catalogue.IndexEntry;
import neox.evaluation.catalogue.IndexEntry.OfGroup;
import neox.evaluation.catalogue.IndexEntry.OfTag;
import neox.evaluation.catalogue.IndexEntry.OfTask;
import neox.evaluation.catalogue.TaskIndex;
import neox.evaluation.report.MarkdownTable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Tells which tasks there are.
@Command(
    name = "ls",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Lists tasks, groups and tags.",
    footerHeading = "Examples:",
    footer = {"  neox-eval ls groups", "  neox-eval ls tasks --include-path my-tasks"})
@HelpGroup("Tasks")
final class ListCommand implements ToolCommand {
  private static final List<String> KINDS = List.of("tasks", "groups", "subtasks", "tags");

  @Mixin StandardOptions standard = new StandardOptions();
  @Mixin TaskFolders folders = new TaskFolders();

  @Parameters(
      paramLabel = "KIND",
      arity = "0..1",
      description = "One of tasks (everything), groups, subtasks (single tasks), tags.")
  String kind = "tasks";

  @Override
  public int call(Console console) throws Exception {
    if (!KINDS.contains(kind)) {
      throw UserException.of("ls %s: expected one of %s", kind, String.join(", ", KINDS));
    }
    TaskIndex index = folders.catalogue(console).index();
    StringBuilder out = new StringBuilder();
    if (lists("groups")) {
      List<List<String>> rows =
          index.all(OfGroup.class).stream().map(e -> List.of(e.name(), location(e))).toList();
      append(out, List.of("Group", "Config Location"), rows);
    }
    if (lists("tags")) {
      append(
          out,
          List.of("Tag"),
          index.all(OfTag.class).stream().map(tag -> List.of(tag.name())).toList());
    }
    if (lists("subtasks")) {
      List<List<String>> rows = new ArrayList<>();
      for (OfTask task : index.all(OfTask.class)) {
        rows.add(List.of(task.name(), location(task), task.outputType()));
      }
      append(out, List.of("Task", "Config Location", "Output Type"), rows);
    }
    console.out().print(out);
    index.warnings().forEach(warning -> console.warn("%s", warning));
    if (!index.unreadable().isEmpty()) {
      console.warn(
          "%d task files could not be read; neox-eval validate --tasks FILE says why, such as %s",
          index.unreadable().size(), index.unreadable().keySet().iterator().next());
    }
    return ExitCode.OK;
  }

  private boolean lists(String part) {
    return kind.equals("tasks") || kind.equals(part);
  }

  private static void append(StringBuilder out, List<String> headers, List<List<String>> rows) {
    out.append('\n').append(MarkdownTable.of(headers, rows)).append('\n');
  }

  private static String location(IndexEntry entry) {
    return entry.location().map(Path::toString).orElse("---");
  }
}
