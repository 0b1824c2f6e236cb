package neox.converthf.inspect;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.Progress;
import neox.base.StandardOptions;
import neox.base.Tool;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.progress.ProgressUnit;
import neox.converthf.inspect.DiffTable.Rows;
import neox.converthf.inspect.Difference.Tolerance;
import neox.converthf.inspect.Finding.Rules;
import neox.converthf.inspect.Finding.Types;
import neox.converthf.inspect.OpenedCheckpoint.Names;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-convert-hf diff`: how two checkpoints differ.
@Command(
    name = "diff",
    versionProvider = Version.class,
    sortOptions = false,
    description = {
      "Compares two checkpoints: tensors, types, shapes, numbers, architectures.",
      "",
      "They may have different layouts, and different formats: a checkpoint of NeoX is compared"
          + " with a model of Hugging Face parameter by parameter. Exits with 0 when they are the"
          + " same, 1 when they differ, 2 when they cannot be compared."
    },
    footerHeading = "Examples:",
    footer = {
      "  neox-convert-hf diff checkpoints/global_step10 checkpoints/global_step20",
      "  neox-convert-hf diff checkpoints hf --ignore-dtype --rtol 1e-2"
    })
public final class DiffCommand implements ToolCommand {
  /// As diff(1) has it.
  private static final int DIFFERENT = 1;

  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      index = "0",
      paramLabel = "A",
      description = "The directory of a checkpoint, or a file.")
  @SuppressWarnings("NullAway.Init")
  private Path a;

  @Parameters(index = "1", paramLabel = "B", description = "What it is compared with.")
  @SuppressWarnings("NullAway.Init")
  private Path b;

  @Mixin CheckpointOptions options = new CheckpointOptions();

  @Mixin StateOptions states = new StateOptions();

  @HelpGroup("What to look at")
  @Option(
      names = "--tensors",
      paramLabel = "PATTERN",
      arity = "1..*",
      description = "Compare these alone; * stands for any text, ? for one letter.")
  private List<String> patterns = new ArrayList<>();

  @HelpGroup("What counts as a difference")
  @Option(
      names = "--rtol",
      paramLabel = "R",
      description = "Allow |a - b| up to atol + R |b| (default: 0).")
  private double relative;

  @Option(
      names = "--atol",
      paramLabel = "A",
      description = "Allow |a - b| up to A + rtol |b| (default: 0).")
  private double absolute;

  @Option(
      names = {"--ignore-dtype", "--ignore_dtype"},
      description = "Let equal numbers of different types be the same.")
  private boolean ignoreTypes;

  @HelpGroup("Output")
  @Option(names = "--all", description = "Print tensors that are the same, too.")
  private boolean all;

  @Option(names = "--json", description = "Print a line of JSON for each difference.")
  private boolean json;

  @Override
  public int call(Console console) throws InterruptedException {
    requireTolerance("--rtol", relative);
    requireTolerance("--atol", absolute);
    Names names =
        CheckpointOptions.isNeox(a) || CheckpointOptions.isNeox(b) ? Names.OF_NEOX : Names.OF_FILES;
    try (OpenedCheckpoint left = OpenedCheckpoint.open(a, names, options, states);
        OpenedCheckpoint right = OpenedCheckpoint.open(b, names, options, states)) {
      return compare(left, right, console);
    } catch (IOException e) {
      throw new UserException(Tool.describe(e), e); // 1 would mean that they differ
    }
  }

  private int compare(OpenedCheckpoint left, OpenedCheckpoint right, Console console)
      throws IOException, InterruptedException {
    Types types = ignoreTypes ? Types.IGNORED : Types.COMPARED;
    Rules rules = new Rules(new Tolerance(relative, absolute), types);
    Comparison comparison = new Comparison(left, right, new Globs(patterns), rules);
    Rows rows = all ? Rows.ALL : Rows.DIFFERING;
    DiffReport report =
        json ? new DiffLines(console.out(), rows) : new DiffTable(console.out(), rows);
    DiffCount count = new DiffCount();
    report.begin(comparison.common());
    for (ConfigDifferences.Key key : ConfigDifferences.of(left, right)) {
      count.key();
      report.config(key);
    }
    for (Finding finding : comparison.surplus()) {
      count.add(finding);
      report.add(finding);
    }
    long common = comparison.common().size();
    try (Progress progress = new Progress(console, "comparing", common, ProgressUnit.TENSORS)) {
      long[] compared = new long[1];
      comparison.forEach(finding -> {
        count.add(finding);
        report.add(finding);
        progress.update(++compared[0], finding.name());
      });
    }
    report.end(count);
    return count.same() ? ExitCode.OK : DIFFERENT;
  }

  private static void requireTolerance(String option, double value) {
    if (!(value >= 0)) {
      throw UserException.of("%s %s: expected a number of at least 0", option, value);
    }
  }
}
