package neox.base;

import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
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
    OutputStream buffered = new BufferedOutputStream(StandardOutput.ofProcess());
    PrintStream out = new PrintStream(buffered, isConsole(), StandardCharsets.UTF_8);
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    return run(command, args, new Console(System.in, out, err, isErrorTerminal(), false));
  }

  /// True when standard error is a terminal. The JDK cannot tell: its console is about input and
  /// output. Linux shows where a stream leads; elsewhere the console has to stand in.
  private static boolean isErrorTerminal() {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/2")).toString();
      return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
    } catch (IOException e) {
      return isConsole();
    }
  }

  @SuppressWarnings("SystemConsoleNull") // JDK 25's own console is null when input is piped
  private static boolean isConsole() {
    return System.console() != null && System.console().isTerminal();
  }

  /// Runs with the given streams and returns the exit code; never exits the process.
  public static int run(
      ToolCommand command, String[] args, InputStream in, PrintStream out, PrintStream err) {
    return run(command, args, new Console(in, out, err, false, false));
  }

  private static int run(ToolCommand command, String[] args, Console console) {
    CommandLine line = line(command, args);
    String name = line.getCommandName();
    try {
      int exitCode = execute(line, args, console);
      console.out().flush();
      return exitCode;
    } catch (ParameterException e) {
      reportUsage(e, console.err());
      return ExitCode.USAGE;
    } catch (UserException e) {
      console.err().println(name + ": " + e.getMessage());
      return ExitCode.USAGE;
    } catch (StandardOutput.Failure e) {
      if (e.isClosedPipe()) {
        return ExitCode.OK;
      }
      console.err().println(name + ": standard output: " + e.getMessage());
      return ExitCode.FAILED;
    } catch (IOException e) {
      return report(e, name, console.err());
    } catch (UncheckedIOException e) {
      return report(Objects.requireNonNull(e.getCause()), name, console.err());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      console.err().println(name + ": interrupted");
      return ExitCode.FAILED;
    } catch (OutOfMemoryError e) {
      console.err().println(name + ": out of memory: " + shortage(e));
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

  private static CommandLine line(ToolCommand command, String[] args) {
    CommandLine line = new CommandLine(command);
    if (maySubcommand(command, args)) {
      command.subcommands().forEach((name, made) -> line.addSubcommand(name, made.get()));
    }
    if (args.length > 0 && args[0].equals(COMPLETION)) {
      line.addSubcommand(COMPLETION, new AutoComplete.GenerateCompletion());
    }
    line.setCaseInsensitiveEnumValuesAllowed(true);
    line.setAbbreviatedOptionsAllowed(false);
    line.setUsageHelpAutoWidth(true);
    return line;
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

  private static int report(IOException e, String name, PrintStream err) {
    err.println(name + ": " + describe(e));
    boolean missing = e instanceof NoSuchFileException || e instanceof FileNotFoundException;
    return missing ? ExitCode.USAGE : ExitCode.FAILED;
  }

  /// What has failed, in one line: the file, where it is known, and the reason.
  public static String describe(IOException e) {
    return e instanceof FileSystemException f ? describe(f) : oneLine(e);
  }

  private static String describe(FileSystemException e) {
    String reason =
        switch (e) {
          case NoSuchFileException x -> "no such file or directory";
          case AccessDeniedException x -> "permission denied";
          case FileAlreadyExistsException x -> "already exists";
          case NotDirectoryException x -> "not a directory";
          case DirectoryNotEmptyException x -> "directory is not empty";
          default -> e.getReason() == null ? e.getClass().getSimpleName() : e.getReason();
        };
    return e.getFile() + ": " + reason;
  }

  /// What is short: Java's own heap has a limit that the user can raise.
  private static String shortage(OutOfMemoryError e) {
    String message = Objects.requireNonNullElse(e.getMessage(), "");
    if (!message.startsWith("Java heap space")) {
      return message;
    }
    long megabytes = Runtime.getRuntime().maxMemory() / 1_000_000;
    return "the Java heap of %,d MB is full; raise it with NEOX_JAVA_OPTS=-Xmx4g or the like"
        .formatted(megabytes);
  }

  private static String oneLine(IOException e) {
    String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    return message.lines().findFirst().orElse(message);
  }

  private Tool() {}
}
