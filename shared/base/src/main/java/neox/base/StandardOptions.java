package neox.base;

import neox.base.help.HelpGroup;
import neox.base.progress.ProgressMode;
import picocli.CommandLine.Option;

/// The options that every tool has; used as a picocli mixin.
@HelpGroup("General")
public final class StandardOptions {
  @Option(
      names = {"-h", "--help"},
      usageHelp = true,
      description = "Show this help and exit.")
  boolean help;

  @Option(
      names = {"-V", "--version"},
      versionHelp = true,
      description = "Print the version and exit.")
  boolean version;

  @Option(
      names = {"-q", "--quiet"},
      description = "Print warnings and errors only.")
  boolean quiet;

  @Option(
      names = "--progress",
      paramLabel = "MODE",
      description =
          "Say how far long work has come: auto (a bar on a terminal, a line now and then"
              + " elsewhere), json (everything on standard error as lines of JSON) or off"
              + " (default: auto).")
  ProgressMode progress = ProgressMode.AUTO;

  public boolean quiet() {
    return quiet;
  }
}
