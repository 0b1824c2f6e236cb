package neox.hub;

/// Hears what an upload is doing; called by one of its threads at a time.
public interface UploadObserver {
  /// What the bytes of a progress report are being put through.
  enum Phase {
    HASHING,
    SENDING
  }

  /// `doneBytes` of `totalBytes` are through; `path` is the file at hand.
  void progress(Phase phase, long doneBytes, long totalBytes, String path);

  /// One line that the caller should see although the upload goes on.
  void warn(String line);
}
