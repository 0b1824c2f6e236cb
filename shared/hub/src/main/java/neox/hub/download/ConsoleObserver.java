package neox.hub.download;

import java.util.Locale;
import java.util.OptionalLong;
import java.util.function.BooleanSupplier;
import neox.base.Console;
import neox.base.Progress;
import neox.base.StoppedException;
import org.jspecify.annotations.Nullable;

/// Shows a download's progress on a terminal, and its warnings always.
public final class ConsoleObserver implements DownloadObserver, AutoCloseable {
  private final Console console;
  private final BooleanSupplier stop;
  private @Nullable Progress progress;
  private String shown = "";
  private long startedAtBytes;
  private long startedAtNanos;

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
      line = new Progress(console, "downloading " + name, 0);
      progress = line;
      shown = name;
      startedAtBytes = doneBytes;
      startedAtNanos = System.nanoTime();
    }
    line.show(detail(doneBytes, totalBytes));
  }

  /// `12.3 of 36.4 MB, 5.1 MB/s, ETA 0:00:05`; the bytes of an earlier run do not count as speed.
  private String detail(long doneBytes, OptionalLong totalBytes) {
    double seconds = Math.max(1e-3, (System.nanoTime() - startedAtNanos) / 1e9);
    double rate = (doneBytes - startedAtBytes) / seconds;
    String done = String.format(Locale.ROOT, "%,.1f", doneBytes / 1e6);
    String speed = String.format(Locale.ROOT, " MB, %.1f MB/s", rate / 1e6);
    if (totalBytes.isEmpty()) {
      return done + speed;
    }
    long total = totalBytes.getAsLong();
    String eta = rate > 0 ? ", ETA " + Progress.clock(Math.round((total - doneBytes) / rate)) : "";
    return done + String.format(Locale.ROOT, " of %,.1f", total / 1e6) + speed + eta;
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
