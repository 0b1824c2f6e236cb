package neox.hub.download;

import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import neox.base.Console;
import neox.base.Progress;
import neox.base.StoppedException;
import neox.base.progress.ProgressUnit;
import org.jspecify.annotations.Nullable;

/// Shows a download's progress on a terminal, and its warnings always.
public final class ConsoleObserver implements DownloadObserver, AutoCloseable {
  private final Console console;
  private final BooleanSupplier stop;
  private @Nullable Progress progress;
  private String shown = "";

  /// @param stop whether downloads shall end; they do with a [StoppedException] at their next
  ///   block, or before the next attempt
  public ConsoleObserver(Console console, BooleanSupplier stop) {
    this.console = console;
    this.stop = stop;
  }

  @Override
  public void progress(String name, long doneBytes, OptionalLong totalBytes) {
    endIfStopped();
    Progress line = progress;
    if (line == null || !shown.equals(name)) {
      close();
      line = new Progress(console, "downloading " + name, totalBytes.orElse(0), ProgressUnit.BYTES);
      progress = line;
      shown = name;
    }
    line.update(doneBytes, totalBytes.isPresent() ? ProgressUnit.BYTES.amount(doneBytes) : "");
  }

  @Override
  public void warn(String line) {
    endIfStopped();
    close();
    console.warn("%s", line);
  }

  private void endIfStopped() {
    if (stop.getAsBoolean()) {
      throw new StoppedException();
    }
  }

  /// Wipes the progress line.
  @Override
  public void close() {
    if (progress != null) {
      progress.close();
      progress = null;
    }
  }
}
