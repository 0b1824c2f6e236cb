package neox.base;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/// Runs one tool's command: parses the arguments, calls it, and turns what happened into an exit
/// code and one readable line.
public final class Tool {
  private static final String COMPLETION = "generate-completion";

  /// Runs with the process's own streams. `main` passes the result to [System#exit].
  public static int run(ToolCommand command, String... args) {
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    boolean terminal = isTerminal();
    return run(command, args, new Console(System.in, out, err, terminal, false));
  }

  @SuppressWarnings("SystemConsoleNull") // JDK 25's own console is null when input is piped
  private static boolean isTerminal() {
    return System.console() != null && System.console().isTerminal();
  }

  /// Runs with the given streams and returns the exit code; never exits the process.
  public static int run(
      ToolCommand command, String[] args, InputStream in, PrintStream out, PrintStream err) {
    return run(command, args, new Console(in, out, err, false, false));
  }

  private static int run(ToolCommand command, String[] args, Console console) {
    CommandLine line = new CommandLine(command);
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setUsageHelpAutoWidth(true);
    if (args.length > 0 && args[0].equals(COMPLETION)) {
      line.addSubcommand(COMPLETION, new AutoComplete.GenerateCompletion());
    }
    String name = line.getCommandName();
    try {
      return execute(line, args, console);
    } catch (ParameterException e) {
      reportUsage(e, console.err());
      return ExitCode.USAGE;
    } catch (UserException e) {
      console.err().println(name + ": " + e.getMessage());
      return ExitCode.USAGE;
    } catch (FileSystemException e) {
      console.err().println(name + ": " + describe(e));
      return e instanceof NoSuchFileException ? ExitCode.USAGE : ExitCode.FAILED;
    } catch (FileNotFoundException e) {
      console.err().println(name + ": " + e.getMessage());
      return ExitCode.USAGE;
    } catch (IOException e) {
      if (isClosedPipe(e)) {
        return ExitCode.OK;
      }
      console.err().println(name + ": " + oneLine(e));
      return ExitCode.FAILED;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      console.err().println(name + ": interrupted");
      return ExitCode.FAILED;
    } catch (Exception e) {
      console.err().println(name + ": internal error, please report this:");
      e.printStackTrace(console.err());
      return ExitCode.FAILED;
    } finally {
      console.out().flush();
      console.err().flush();
    }
  }

  private static int execute(CommandLine line, String[] args, Console console) throws Exception {
    ParseResult result = line.parseArgs(args);
    List<CommandLine> chain = result.asCommandLineList();
    CommandLine last = chain.getLast();
    if (last.isUsageHelpRequested()) {
      last.usage(console.out());
      return ExitCode.OK;
    }
    if (last.isVersionHelpRequested()) {
      last.printVersionHelp(console.out());
      return ExitCode.OK;
    }
    CommandSpec spec = last.getCommandSpec();
    if (spec.userObject() instanceof AutoComplete.GenerateCompletion) {
      console.out().print(AutoComplete.bash(line.getCommandName(), line));
      return ExitCode.OK;
    }
    if (!(spec.userObject() instanceof ToolCommand command)) {
      throw new ParameterException(last, "a subcommand is required");
    }
    return command.call(console.withQuiet(isQuiet(result)));
  }

  private static boolean isQuiet(ParseResult result) {
    for (ParseResult r = result; r != null; r = r.hasSubcommand() ? r.subcommand() : null) {
      if (r.hasMatchedOption("--quiet")) {
        return true;
      }
    }
    return false;
  }

  private static void reportUsage(ParameterException e, PrintStream err) {
    CommandLine line = e.getCommandLine();
    err.println(line.getCommandName() + ": " + e.getMessage());
    if (!UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
    }
  }

  private static String describe(FileSystemException e) {
    String reason =
        switch (e) {
          case NoSuchFileException x -> "no such file or directory";
          case AccessDeniedException x -> "permission denied";
          case FileAlreadyExistsException x -> "already exists";
          case DirectoryNotEmptyException x -> "directory is not empty";
          default -> e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        };
    return e.getFile() + ": " + reason;
  }

  private static String oneLine(IOException e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().findFirst().orElse(message);
  }

  private static boolean isClosedPipe(IOException e) {
    return e.getMessage() != null && e.getMessage().contains("Broken pipe");
  }

  private Tool() {}
}
