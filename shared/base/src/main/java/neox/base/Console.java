package neox.base;

import java.io.BufferedOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;
import neox.base.progress.Events;
import neox.base.progress.ProgressMode;
import neox.base.terminal.Printable;
import neox.base.terminal.StatusLine;
import neox.base.terminal.Terminal;

/// The three streams of a running tool, and the line on which a watching person sees progress.
///
/// @param status drawn when standard error is a terminal, hidden otherwise
/// @param quiet true under `-q`: notices and progress are dropped, warnings and errors stay
/// @param showsProgress false under `--progress off`
/// @param events where everything goes that is not data, under `--progress json`
/// @param warned learns of the warnings that are told
public record Console(
    InputStream in,
    PrintStream out,
    PrintStream err,
    StatusLine status,
    boolean quiet,
    boolean showsProgress,
    Optional<Events> events,
    Consumer<String> warned) {
  private static final int USUAL_COLUMNS = 80;

  /// A console on given streams.
  ///
  /// @param terminal true when `err` is a terminal (of 80 columns)
  public Console(
      InputStream in, PrintStream out, PrintStream err, boolean terminal, boolean quiet) {
    this(
        in,
        out,
        terminal ? StatusLine.on(err, () -> USUAL_COLUMNS) : StatusLine.hidden(),
        err,
        quiet);
  }

  private Console(
      InputStream in, PrintStream out, StatusLine status, PrintStream err, boolean quiet) {
    this(in, out, status.above(err), status, quiet);
  }

  /// A console whose readers are people.
  public Console(
      InputStream in, PrintStream out, PrintStream err, StatusLine status, boolean quiet) {
    this(in, out, err, status, quiet, true, Optional.empty(), _ -> {});
  }

  /// The streams of the process.
  static Console ofProcess() {
    PrintStream err = new PrintStream(System.err, true, StandardCharsets.UTF_8);
    StatusLine status =
        Terminal.isDrawable(Terminal.ERROR, Environment.get("TERM"))
            ? StatusLine.on(err, Console::columns)
            : StatusLine.hidden();
    return new Console(
        NamedStreams.input(System.in, "standard input"),
        output(status),
        status.above(err),
        status,
        false);
  }

  private static int columns() {
    return Terminal.columns(Terminal.ERROR, Environment.get("COLUMNS"));
  }

  private static PrintStream output(StatusLine status) {
    OutputStream process = StandardOutput.ofProcess();
    if (!Terminal.isTerminal(Terminal.OUTPUT)) {
      return new PrintStream(new BufferedOutputStream(process), false, StandardCharsets.UTF_8);
    }
    return new PrintStream(status.above(process), true, StandardCharsets.UTF_8);
  }

  /// Prints one line of information on standard error, unless quiet.
  public void info(String format, Object... arguments) {
    if (!quiet) {
      say("notice", "", text(format, arguments));
    }
  }

  /// Prints one line that starts with `warning:` on standard error, even when quiet.
  public void warn(String format, Object... arguments) {
    String text = text(format, arguments);
    say("warning", "warning: ", text);
    warned.accept(text);
  }

  private void say(String event, String prefix, String text) {
    if (events.isPresent()) {
      events.get().said(event, text);
    } else {
      err.println(prefix + Printable.line(text));
    }
  }

  /// Says at the end of a tool what it has made, and where, unless quiet.
  ///
  /// @param about a few words, such as a number of documents; may be empty
  public void made(String path, String about) {
    if (quiet) {
      return;
    }
    if (events.isPresent()) {
      events.get().made(path, about);
    } else {
      info("%s", "wrote " + path + (about.isEmpty() ? "" : ": " + about));
    }
  }

  /// Names at the end of a tool a command that a person may want next, unless quiet.
  public void next(String command) {
    if (quiet) {
      return;
    }
    if (events.isPresent()) {
      events.get().next(command);
    } else {
      info("%s", "next: " + command);
    }
  }

  /// Prints what a tool failed with, a line for each problem.
  void fail(String tool, FailureReport report) {
    status.wipe();
    if (events.isPresent()) {
      events.get().failed(report.lines());
      return;
    }
    for (int i = 0; i < report.lines().size(); i++) {
      err.println((i == 0 ? tool + ": " : "") + report.lines().get(i));
    }
    err.flush();
  }

  /// Prints what a tool failed with where that is no exception of its own.
  ///
  /// @param message a line, or several for as many problems
  public void fail(String tool, String message) {
    fail(tool, FailureReport.told(message.lines().toList()));
  }

  private static String text(String format, Object... arguments) {
    return arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments);
  }

  /// The same console with notices dropped (or not).
  public Console withQuiet(boolean value) {
    return new Console(in, out, err, status, value, showsProgress, events, warned);
  }

  /// The same console, of whose warnings somebody else learns, too.
  public Console tellingWarnings(Consumer<String> listener) {
    return new Console(
        in, out, err, status, quiet, showsProgress, events, warned.andThen(listener));
  }

  /// The same console as `--progress` of a tool wants it.
  Console reporting(ProgressMode mode, String tool) {
    return switch (mode) {
      case AUTO -> this;
      case OFF -> new Console(in, out, err, StatusLine.hidden(), quiet, false, events, warned);
      case JSON ->
          new Console(
              in,
              out,
              err,
              StatusLine.hidden(),
              quiet,
              true,
              Optional.of(new Events(err, tool)),
              warned);
    };
  }

  /// The same console for work that is worth as much without a reader of its standard output: once
  /// that cannot be written, a warning says so, and what is printed there is dropped.
  public Console outlastingReaders() {
    PrintStream lasting = new PrintStream(new LastingOutput(this), false, StandardCharsets.UTF_8);
    return new Console(in, lasting, err, status, quiet, showsProgress, events, warned);
  }

  /// The same console, of whose lines `copy` gets a copy.
  public Console copiedTo(PrintedLines copy) {
    return new Console(
        in, copy.of(out, false), copy.of(err, true), status, quiet, showsProgress, events, warned);
  }

  /// A console whose notices and warnings go to standard output, for one whose standard error is
  /// kept for failures.
  public Console noticesAmongOutput() {
    return new Console(in, out, StatusLine.hidden(), out, quiet) // events would be among the data
        .tellingWarnings(warned);
  }

  /// A console that nobody reads, for ranks that are not the first.
  public Console silent() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return new Console(in, nowhere, nowhere, StatusLine.hidden(), true);
  }
}
