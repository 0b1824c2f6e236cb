package neox.prepare;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.text.ShellWord;
import neox.datasets.HubFiles;
import neox.datasets.SplitDownload;
import neox.datasets.SplitDownload.Split;
import neox.hub.HubSettings;
import neox.hub.download.Download;
import neox.hub.download.Downloads;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/// `neox-prepare eval TASK…`: the data of evaluation tasks from a hub.
@Command(
    name = "eval",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Downloads the data of evaluation tasks and lays them out for neox-eval: DIR/TASK/SPLIT.jsonl,"
          + " one JSON object per row.",
      "Splits that are there already are left alone; the directory's name goes to standard output."
    },
    footerHeading = "Examples:",
    footer = {"  neox-prepare eval arc_easy sciq -d eval-data", "  neox-prepare eval mmlu_anatomy"})
@HelpGroup("Download")
final class EvalCommand implements ToolCommand {
  @ParentCommand
  @SuppressWarnings("NullAway.Init")
  private PrepareCommand parent;

  @Parameters(
      arity = "0..*",
      paramLabel = "TASK",
      description = "Tasks as the evaluation harness calls them, with blanks or commas between.")
  private List<String> tasks = List.of();

  @Option(
      names = {"-d", "--dir"},
      paramLabel = "DIR",
      description = "Where to put the files (default: ${DEFAULT-VALUE}).")
  private Path directory = Path.of("eval-data");

  @Option(
      names = {"-f", "--force"},
      description = "Download again what is there already.")
  private boolean force;

  @Option(names = "--list", description = "List the tasks whose data are known.")
  private boolean list;

  @Mixin HubOptions hub = new HubOptions();

  @Mixin StandardOptions standard = new StandardOptions();

  @Override
  public int call(Console console) throws Exception {
    if (list) {
      EvalTask.names().forEach(console.out()::println);
      return ExitCode.OK;
    }
    List<String> names =
        tasks.stream()
            .flatMap(text -> List.of(text.split(",", -1)).stream())
            .filter(name -> !name.isBlank())
            .toList();
    if (names.isEmpty()) {
      throw new UserException("no TASK is given; neox-prepare eval --list names them");
    }
    List<EvalTask> wanted = EvalTask.find(names);
    HubSettings settings = hub.settings(parent.environment(), console);
    return Stoppable.run(
        console,
        (observer, stop) -> {
          hub.downloads(settings, parent.patience(), observer)
              .all(missing(wanted, settings, console));
          console.next(
              "neox-eval --model DIR --tasks "
                  + String.join(",", names)
                  + " --data "
                  + ShellWord.quoted(directory));
          console.out().println(directory);
          return ExitCode.OK;
        });
  }

  private List<Downloads.Work> missing(
      List<EvalTask> wanted, HubSettings settings, Console console) {
    List<Downloads.Work> missing = new ArrayList<>();
    for (EvalTask task : wanted) {
      for (Split split : task.splits()) {
        Path file = directory.resolve(task.name()).resolve(split.name() + ".jsonl");
        if (!force && Files.isRegularFile(file)) {
          console.info("%s is there already", file);
        } else {
          missing.add(
              new Downloads.Work(
                  OptionalLong.empty(), download -> get(split, file, settings, download, console)));
        }
      }
    }
    return missing;
  }

  /// Several threads do so at a time, each with its own view of the hub.
  private void get(Split split, Path file, HubSettings settings, Download download, Console console)
      throws IOException, InterruptedException {
    try (HubFiles files =
        HubFiles.open(settings, parent.patience().pause(), line -> console.warn("%s", line))) {
      new SplitDownload(console).make(split, file, files, download);
    }
  }
}
