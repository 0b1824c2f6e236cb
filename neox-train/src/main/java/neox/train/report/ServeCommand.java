package neox.train.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import neox.base.Console;
import neox.base.ExitCode;
import neox.base.StandardOptions;
import neox.base.StopRequest;
import neox.base.ToolCommand;
import neox.base.UserException;
import neox.base.Version;
import neox.base.help.HelpGroup;
import neox.report.LiveServer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// `neox-train serve`: the page of `neox-train report` while runs go on.
@Command(
    name = "serve",
    mixinStandardHelpOptions = false,
    versionProvider = Version.class,
    sortOptions = false,
    description =
        "Shows running runs in a browser of this machine, in a page that keeps itself up to date.",
    footerHeading = "Examples:",
    footer = {
      "  neox-train serve demo/logs",
      "  neox-train serve runs/small runs/large --port 0",
      "",
      "It listens on 127.0.0.1 alone, reads what the runs write, and changes nothing. From another"
          + " machine: ssh -L 8042:127.0.0.1:8042 HOST. Ctrl-C ends it."
    })
@HelpGroup("Server")
public final class ServeCommand implements ToolCommand {
  private static final int LAST_PORT = 65_535;
  private static final long LOOK_MILLIS = 100;

  @Mixin StandardOptions standard = new StandardOptions();

  @Parameters(
      arity = "1..*",
      paramLabel = "RUN_DIR",
      description =
          "Where a run keeps its records: its log_dir, or its save without one. It may be empty"
              + " still.")
  List<Path> runs = List.of();

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Where to listen; 0 is any port that is free (default: 8042).")
  int port = 8042;

  @Override
  public int call(Console console) throws IOException, InterruptedException {
    if (port < 0 || port > LAST_PORT) {
      throw UserException.of("--port: expected a number from 0 to %d, found %d", LAST_PORT, port);
    }
    try (StopRequest stop = StopRequest.listen(console.silent());
        LiveServer server = LiveServer.start(runs, port)) {
      console.out().println(server.address());
      console.out().flush();
      console.info("open it in a browser of this machine; Ctrl-C ends it");
      while (!stop.requested()) {
        Thread.sleep(LOOK_MILLIS);
      }
      return ExitCode.OK;
    }
  }
}
