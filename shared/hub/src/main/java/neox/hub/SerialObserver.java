package neox.hub;

/// Passes on what the threads of an upload tell, one at a time.
final class SerialObserver implements UploadObserver {
  private final UploadObserver observer;

  SerialObserver(UploadObserver observer) {
    this.observer = observer;
  }

  @Override
  public synchronized void progress(Phase phase, long doneBytes, long totalBytes, String path) {
    observer.progress(phase, doneBytes, totalBytes, path);
  }

  @Override
  public synchronized void warn(String line) {
    observer.warn(line);
  }
}
