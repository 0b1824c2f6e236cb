package neox.upload;

import java.util.function.BooleanSupplier;
import neox.base.Console;
import neox.base.Progress;
import neox.base.StoppedException;
import neox.base.progress.ProgressUnit;
import neox.hub.UploadObserver;
import org.jspecify.annotations.Nullable;

/// Shows an upload's progress on a terminal, and its warnings always; ends it when it shall stop.
final class ConsoleObserver implements UploadObserver, AutoCloseable {
  private final Console console;
  private final BooleanSupplier stop;
  private @Nullable Progress progress;
  private @Nullable Phase shown;

  /// @param stop whether the upload shall end; it does at its next block, or before the next
  ///   attempt
  ConsoleObserver(Console console, BooleanSupplier stop) {
    this.console = console;
    this.stop = stop;
  }

  @Override
  public void progress(Phase phase, long doneBytes, long totalBytes, String path) {
    endIfStopped();
    Progress line = progress;
    if (line == null || shown != phase) {
      close();
      line =
          new Progress(
              console,
              phase == Phase.HASHING ? "hashing" : "uploading",
              totalBytes,
              ProgressUnit.BYTES);
      progress = line;
      shown = phase;
    }
    line.update(doneBytes, path);
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
