package neox.train.log;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.Progress;
import neox.base.Tool;
import neox.base.process.HostName;
import neox.base.progress.ProgressUnit;

/// Where a run's log lines go: standard output, and a copy in `log_dir` when one is set. On a
/// terminal a progress line is drawn below them. Not thread-safe.
public final class RunLog implements AutoCloseable {
  private final Console console;
  private final Optional<Writer> copy;
  private final Progress progress;
  private boolean copyIsIncomplete;

  private RunLog(Console console, Optional<Writer> copy, Progress progress) {
    this.console = console;
    this.copy = copy;
    this.progress = progress;
  }

  /// Opens the copy for appending, so that a continued run keeps what was logged before.
  ///
  /// @param lastStep of the whole run, from whose beginning progress counts
  public static RunLog open(Console console, Optional<Path> logDirectory, long lastStep)
      throws IOException {
    Progress progress =
        new Progress(console, "training", lastStep, ProgressUnit.STEPS, Progress.Log.OWN);
    if (logDirectory.isEmpty()) {
      return new RunLog(console, Optional.empty(), progress);
    }
    Files.createDirectories(logDirectory.get());
    Writer copy =
        NamedFiles.newBufferedWriter(
            logDirectory.get().resolve(HostName.here() + "_stdout.txt"),
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
    return new RunLog(console, Optional.of(copy), progress);
  }

  /// Writes one line (or block of lines) to the log. A copy that cannot be written is told once and
  /// stops nothing.
  public void line(String line) {
    if (!console.quiet()) {
      progress.close();
      console.out().println(line);
      console.out().flush();
    }
    if (copy.isPresent()) {
      try {
        copy.get().append(line).append('\n').flush();
      } catch (IOException e) {
        warn(e);
      }
    }
  }

  private void warn(IOException e) {
    if (!copyIsIncomplete) {
      copyIsIncomplete = true;
      console.warn("the copy of the log in log_dir is incomplete: %s", Tool.describe(e));
    }
  }

  /// Redraws the progress line, when a person is watching.
  public void progress(long step, String detail) {
    progress.update(step, detail);
  }

  /// A progress line for work between the steps; the caller closes it.
  ///
  /// @param total micro-batches of it, or 0 where something else counts
  public Progress phase(String label, long total) {
    progress.close();
    Progress phase = new Progress(console, label, total, ProgressUnit.BATCHES);
    phase.show("");
    return phase;
  }

  @Override
  public void close() {
    progress.close();
    if (copy.isPresent()) {
      try {
        copy.get().close();
      } catch (IOException e) {
        warn(e);
      }
    }
  }
}
