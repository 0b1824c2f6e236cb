package neox.train.top;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import neox.base.Console;
import neox.base.Environment;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.StopRequest;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.base.json.Json;
import neox.base.terminal.Terminal;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-train top`: what running jobs do, all of their ranks.
@Command(
    name = "top",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description =
        "Shows how far runs have come, and what each of their ranks does: on a terminal again and"
            + " again until Ctrl-C, elsewhere once.",
    footerHeading = "Examples:",
    footer = {
      "  neox-train top logs",
      "  neox-train top runs/a/logs runs/b/logs --json",
    })
@HelpGroup("What to show")
public final class TopCommand implements ToolCommand {
  private static final int SLICE_MILLIS = 100;
  private static final String HOME = "\u001b[H";
  private static final String REST_OF_LINE = "\u001b[K";
  private static final String REST_OF_SCREEN = "\u001b[J";
  private static final String WHOLE_SCREEN = "\u001b[2J";

  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      paramLabel = "RUN_DIR",
      arity = "1..*",
      description = "The log_dir of a run, or its save.")
  List<Path> directories = new ArrayList<>();

  @Option(names = "--json", description = "Print a line of JSON for each run, once.")
  boolean json;

  @Option(
      names = "--interval",
      paramLabel = "SECONDS",
      description = "How often to look on a terminal (default: 2).")
  double interval = 2;

  @Override
  public int call(Console console) throws IOException, InterruptedException {
    if (!(interval >= 0.1 && interval <= 3600)) {
      throw UserException.of("--interval: expected 0.1 to 3600 seconds, found %s", interval);
    }
    if (json) {
      views().forEach(view -> console.out().println(Json.line(view.json())));
      return ExitCode.OK;
    }
    if (!Terminal.isDrawable(Terminal.OUTPUT, Environment.get("TERM"))) {
      TopTable.lines(views()).forEach(console.out()::println);
      return ExitCode.OK;
    }
    watch(console);
    return ExitCode.OK;
  }

  private List<RunView> views() throws IOException {
    List<RunView> views = new ArrayList<>();
    for (Path directory : directories) {
      views.add(RunView.of(directory, System.currentTimeMillis()));
    }
    return views;
  }

  /// Draws over what it drew before, so that nothing flickers.
  private void watch(Console console) throws IOException, InterruptedException {
    try (StopRequest stop = StopRequest.listen(console.silent())) {
      console.out().print(WHOLE_SCREEN);
      while (!stop.requested()) {
        console.out().print(HOME);
        for (String line : TopTable.lines(views())) {
          console.out().println(line + REST_OF_LINE);
        }
        console.out().print(REST_OF_SCREEN);
        console.out().flush();
        long end = System.nanoTime() + Math.round(interval * 1e9);
        while (!stop.requested() && System.nanoTime() < end) {
          Thread.sleep(SLICE_MILLIS);
        }
      }
    }
  }
}
