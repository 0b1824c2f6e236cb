package neox.base;

import java.io.IOException;
import java.nio.file.Path;
import neox.base.help.HelpPage;
import neox.base.terminal.Terminal;

/// Prints a help page that `make dist` has kept. The launchers start it for `--help`: neither the
/// tool's classes nor picocli are loaded, which is most of what help would cost.
public final class KeptHelp {
  /// Prints and ends the process.
  ///
  /// @param args the tool's name, and the file of the page
  public static void main(String[] args) {
    System.exit(print(Console.ofProcess(), args[0], Path.of(args[1])));
  }

  static int print(Console console, String name, Path file) {
    try {
      HelpPage page = HelpPage.read(NamedFiles.readString(file));
      console.out().print(page.laidOut(Terminal.columnsOfHelp(Environment.get("COLUMNS"))));
      console.out().flush();
      return ExitCode.OK;
    } catch (StandardOutput.Failure e) {
      return e.isClosedPipe() ? ExitCode.OK : fail(console, name, e);
    } catch (IOException e) {
      return fail(console, name, e);
    }
  }

  private static int fail(Console console, String name, Exception failure) {
    FailureReport report = FailureReport.of(failure);
    console.fail(name, report);
    return report.exitCode();
  }

  private KeptHelp() {}
}
