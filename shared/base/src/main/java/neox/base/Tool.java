package neox.base;

import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import neox.base.help.HelpText;
import neox.base.progress.ProgressMode;
import neox.base.terminal.Terminal;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.TypeConversionException;

/// Runs one tool's command: parses the arguments, calls it, and turns what happened into an exit
/// code and one readable line.
public final class Tool {
  /// Runs with the process's own streams. `main` passes the result to [System#exit].
  public static int run(ToolCommand command, String... args) {
    Locale.setDefault(Locale.ROOT); // numbers are written alike everywhere
    Console console = Console.ofProcess();
    String name = new CommandLine(command).getCommandName();
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, failure) -> console.fail(name, FailureReport.of(failure)));
    if (console.status().visible()) {
      // Ctrl-C: the shell writes its prompt where the line was.
      Runtime.getRuntime().addShutdownHook(new Thread(console.status()::wipe, "wipe-status"));
    }
    return run(command, args, console);
  }

  /// Runs with the given streams and returns the exit code; never exits the process.
  public static int run(
      ToolCommand command, String[] args, InputStream in, PrintStream out, PrintStream err) {
    return run(command, args, new Console(in, out, err, false, false));
  }

  private static int run(ToolCommand command, String[] given, Console plain) {
    CommandLine line = line(command, given);
    String name = line.getCommandName();
    Console console = plain.reporting(progressOf(given), name);
    String[] args = given;
    try {
      UsageReport.refuseUnreadable(given);
      if (PackagingCommands.isOne(given)) {
        return PackagingCommands.run(line, given, console);
      }
      args = command.expand(given);
      line = Arrays.equals(args, given) ? line : line(command, args);
      int exitCode = execute(line, args, console);
      console.out().flush();
      return exitCode;
    } catch (ParameterException e) {
      String qualified = e.getCommandLine().getCommandSpec().qualifiedName();
      return fail(console, qualified, UsageReport.of(e, args));
    } catch (StandardOutput.Failure e) {
      return e.isClosedPipe() ? ExitCode.OK : fail(console, name, FailureReport.of(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return fail(console, name, FailureReport.of(e));
    } catch (Exception | VirtualMachineError | LinkageError e) {
      return fail(console, name, FailureReport.of(e));
    } finally {
      flush(console);
    }
  }

  private static int fail(Console console, String name, FailureReport report) {
    console.fail(name, report);
    return report.exitCode();
  }

  /// What could not be printed has been reported, or nothing that was printed matters any more.
  private static void flush(Console console) {
    try {
      console.out().flush();
    } catch (StandardOutput.Failure e) {
      console.err().flush();
    }
  }

  /// The parser of a tool.
  ///
  /// @param args what will be parsed: subcommands are added only when these may name one
  public static CommandLine line(ToolCommand command, String... args) {
    CommandLine line = new CommandLine(command);
    if (maySubcommand(command, args)) {
      new TreeMap<>(command.subcommands()) // the same order in every run
          .forEach((name, made) -> line.addSubcommand(name, made.get()));
    }
    line.registerConverter(Path.class, Tool::path);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setExpandAtFiles(false); // a text may begin with @
    return line;
  }

  private static Path path(String text) {
    try {
      return Addresses.path(text);
    } catch (UserException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }

  /// Whether the arguments name a subcommand, misspell one, or ask which there are.
  private static boolean maySubcommand(ToolCommand command, String[] args) {
    return args.length == 0
        || !args[0].startsWith("-")
        || Arrays.stream(args).anyMatch(command.subcommands()::containsKey)
        || Arrays.stream(args).anyMatch(Tool::asksForHelp);
  }

  /// Short options may stand together: `-qh`.
  private static boolean asksForHelp(String argument) {
    boolean isShort = argument.startsWith("-") && !argument.startsWith("--");
    return argument.equals("--help") || (isShort && argument.indexOf('h') > 0);
  }

  private static int execute(CommandLine line, String[] args, Console console) throws Exception {
    ParseResult result = line.parseArgs(args);
    List<CommandLine> chain = result.asCommandLineList();
    CommandLine last = chain.getLast();
    CommandSpec spec = last.getCommandSpec();
    if (last.isUsageHelpRequested()) {
      console.out().print(HelpText.of(spec, Terminal.columnsOfHelp(Environment.get("COLUMNS"))));
      return ExitCode.OK;
    }
    if (last.isVersionHelpRequested()) {
      last.printVersionHelp(console.out());
      return ExitCode.OK;
    }
    if (!(spec.userObject() instanceof ToolCommand command)) {
      throw new ParameterException(last, "a subcommand is required");
    }
    return command.call(console.withQuiet(isQuiet(result)));
  }

  /// What `--progress` says, known before the arguments are read, for what is wrong with them.
  private static ProgressMode progressOf(String[] args) {
    for (int i = 0; i < args.length && !args[i].equals("--"); i++) {
      String[] parts = args[i].split("=", 2);
      String value = parts.length > 1 ? parts[1] : i + 1 < args.length ? args[i + 1] : "";
      if (parts[0].equals("--progress")) {
        return Arrays.stream(ProgressMode.values())
            .filter(mode -> mode.name().equalsIgnoreCase(value))
            .findFirst()
            .orElse(ProgressMode.AUTO);
      }
    }
    return ProgressMode.AUTO;
  }

  private static boolean isQuiet(ParseResult result) {
    for (ParseResult r = result; r != null; r = r.hasSubcommand() ? r.subcommand() : null) {
      if (r.hasMatchedOption("--quiet")) {
        return true;
      }
    }
    return false;
  }

  /// What has failed, in one line: the file, where it is known, and the reason.
  public static String describe(IOException e) {
    return FailureReport.describe(e);
  }

  private Tool() {}
}
