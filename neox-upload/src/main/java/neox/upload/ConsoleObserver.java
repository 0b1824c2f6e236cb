package neox.upload;

import neox.base.Console;
import neox.base.Progress;
import neox.hub.UploadObserver;
import org.jspecify.annotations.Nullable;

/// Shows an upload's progress on a terminal, and its warnings always.
final class ConsoleObserver implements UploadObserver, AutoCloseable {
  private final Console console;
  private @Nullable Progress progress;
  private @Nullable Phase shown;

  ConsoleObserver(Console console) {
    this.console = console;
  }

  @Override
  public void progress(Phase phase, long doneBytes, long totalBytes, String path) {
    Progress line = progress;
    if (line == null || shown != phase) {
      close();
      line = new Progress(console, phase == Phase.HASHING ? "hashing" : "uploading", totalBytes);
      progress = line;
      shown = phase;
    }
    line.update(doneBytes, path);
  }

  @Override
  public void warn(String line) {
    close();
    console.warn("%s", line);
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
