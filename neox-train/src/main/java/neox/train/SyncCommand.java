package neox.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.wandb.RunPaths;
import neox.wandb.SyncRun;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// `neox-train sync`: sends to W&B what a run could not.
@Command(
    name = "sync",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Sends the records of runs to Weights & Biases, as far as it has not got them.",
    footerHeading = "Examples:",
    footer = {
      "  neox-train sync checkpoints",
      "  neox-train sync runs/a runs/b",
      "",
      "The key is WANDB_API_KEY, or the one that wandb login has written into netrc. What was sent"
          + " is not sent again: the same command goes on where an interrupted one was."
    })
@HelpGroup("What to send")
final class SyncCommand implements ToolCommand {
  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      paramLabel = "RUN_DIR",
      arity = "1..*",
      description = "Where runs keep their records: log_dir, else save.")
  List<Path> directories = List.of();

  @Override
  public int call(Console console) throws IOException, InterruptedException {
    SyncRun sync = new SyncRun(console, Environment.all());
    for (Path run : runs()) {
      SyncRun.Report report = sync.send(run);
      console.info(
          "%s: W&B has %,d steps, %,d lines of the log and %,d looks at the machine%s",
          report.page(),
          report.history(),
          report.output(),
          report.events(),
          report.going() ? "; the run still goes on" : "");
      if (report.unreadable() > 0) {
        console.warn(
            "%s: %,d lines of the journal are damaged or too long, and were passed over",
            run, report.unreadable());
      }
    }
    return ExitCode.OK;
  }

  private List<Path> runs() throws IOException {
    List<Path> runs = new ArrayList<>();
    for (Path directory : directories) {
      if (!Files.isDirectory(directory)) {
        throw UserException.of("%s: expected the directory of a run, found none", directory);
      }
      List<Path> found = RunPaths.below(directory);
      if (found.isEmpty()) {
        throw UserException.of(
            "%s: no run here was recorded for W&B (use_wandb: true); expected"
                + " wandb/run-ID/journal.jsonl in it or below",
            directory);
      }
      runs.addAll(found);
    }
    return runs;
  }
}
