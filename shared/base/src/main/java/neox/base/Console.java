package neox.base;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// The three streams of a running tool, and whether a person is watching.
///
/// @param terminal true when standard error is a terminal: only then progress lines are drawn
/// @param quiet true under `-q`: notices are dropped, warnings and errors stay
public record Console(
    InputStream in, PrintStream out, PrintStream err, boolean terminal, boolean quiet) {

  /// Prints one line of information on standard error, unless quiet.
  public void info(String format, Object... arguments) {
    if (!quiet) {
      err.println(arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
    }
  }

  /// Prints one line that starts with `warning:` on standard error, even when quiet.
  public void warn(String format, Object... arguments) {
    err.println(
        "warning: "
            + (arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments)));
  }

  /// The same console with notices dropped (or not).
  public Console withQuiet(boolean value) {
    return new Console(in, out, err, terminal, value);
  }

  /// The same console for work that is worth as much without a reader of its standard output: once
  /// that cannot be written, a warning says so, and what is printed there is dropped.
  public Console outlastingReaders() {
    PrintStream lasting = new PrintStream(new LastingOutput(this), false, StandardCharsets.UTF_8);
    return new Console(in, lasting, err, terminal, quiet);
  }

  /// A console that nobody reads, for ranks that are not the first.
  public Console silent() {
    PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream());
    return new Console(in, nowhere, nowhere, false, true);
  }
}
