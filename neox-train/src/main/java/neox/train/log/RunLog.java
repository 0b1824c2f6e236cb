package neox.train.log;

import java.io.IOException;
import java.io.Writer;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import neox.base.Console;
import neox.base.Progress;

/// Where a run's log lines go: standard output, and a copy in `log_dir` when one is set. On a
/// terminal a progress line is drawn below them. Not thread-safe.
public final class RunLog implements AutoCloseable {
  private final Console console;
  private final Optional<Writer> copy;
  private final Progress progress;

  private RunLog(Console console, Optional<Writer> copy, Progress progress) {
    this.console = console;
    this.copy = copy;
    this.progress = progress;
  }

  /// Opens the copy for appending, so that a continued run keeps what was logged before.
  ///
  /// @param steps how many steps this run will take
  public static RunLog open(Console console, Optional<Path> logDirectory, long steps)
      throws IOException {
    Progress progress = new Progress(console, "training", steps);
    if (logDirectory.isEmpty()) {
      return new RunLog(console, Optional.empty(), progress);
    }
    Files.createDirectories(logDirectory.get());
    Writer copy =
        Files.newBufferedWriter(
            logDirectory.get().resolve(host() + "_stdout.txt"),
            StandardOpenOption.CREATE,
            StandardOpenOption.APPEND);
    return new RunLog(console, Optional.of(copy), progress);
  }

  /// Writes one line (or block of lines) to the log.
  public void line(String line) throws IOException {
    progress.close();
    console.out().println(line);
    console.out().flush();
    if (copy.isPresent()) {
      copy.get().append(line).append('\n').flush();
    }
  }

  /// Redraws the progress line, when a person is watching.
  public void progress(long done, String detail) {
    progress.update(done, detail);
  }

  @Override
  public void close() throws IOException {
    progress.close();
    if (copy.isPresent()) {
      copy.get().close();
    }
  }

  private static String host() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      // The name only tells the files of different machines apart.
      return "localhost";
    }
  }
}
