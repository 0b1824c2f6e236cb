package neox.hub.upload;

import java.util.function.LongConsumer;
import neox.hub.UploadObserver;
import neox.hub.UploadObserver.Phase;

/// Adds up what the threads of an upload have put through, and tells the observer the sum.
/// Thread-safe.
final class Meter {
  private final UploadObserver observer;
  private final Phase phase;
  private final long totalBytes;
  private long doneBytes;

  Meter(UploadObserver observer, Phase phase, long totalBytes) {
    this.observer = observer;
    this.phase = phase;
    this.totalBytes = totalBytes;
  }

  /// For one file or part: hears how many of its bytes are through, which is less again when it is
  /// sent anew.
  LongConsumer of(String path) {
    return new LongConsumer() {
      private long known;

      @Override
      public void accept(long done) {
        synchronized (Meter.this) {
          doneBytes += done - known;
          known = done;
          observer.progress(phase, doneBytes, totalBytes, path);
        }
      }
    };
  }
}
