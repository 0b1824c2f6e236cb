package neox.train.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import neox.base.AtomicFile;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.ToolCommand;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.report.ReportPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-train report`: runs as one page to look at, keep and send.
@Command(
    name = "report",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description = "Draws what runs have recorded as one HTML page that needs nothing else.",
    footerHeading = "Examples:",
    footer = {
      "  neox-train report demo/logs -o report.html",
      "  neox-train report runs/small runs/large -o compared.html",
      "",
      "Curves of several runs are drawn over each other. The page holds losses, rates, speed, memory,"
          + " evaluations, sampled text, configuration, environment, warnings and restarts, as far"
          + " as the runs have recorded them."
    })
@HelpGroup("Report")
public final class ReportCommand implements ToolCommand {
  private static final String STANDARD_OUTPUT = "-";

  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      arity = "1..*",
      paramLabel = "RUN_DIR",
      description = "Where a run keeps its records: its log_dir, or its save without one.")
  List<Path> runs = List.of();

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Where to write the page; - is standard output (default: report.html).")
  Path output = Path.of("report.html");

  @Override
  public int call(Console console) throws IOException {
    String page = ReportPage.of(runs);
    if (output.toString().equals(STANDARD_OUTPUT)) {
      console.out().print(page);
      return ExitCode.OK;
    }
    byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
    AtomicFile.write(output, bytes);
    console.made(
        output.toString(),
        String.format(
            Locale.ROOT, "%,d kB; open it in a browser", Math.max(1, bytes.length / 1000)));
    return ExitCode.OK;
  }
}
