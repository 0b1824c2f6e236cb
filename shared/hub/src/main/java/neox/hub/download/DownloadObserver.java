package neox.hub.download;

import java.util.OptionalLong;

/// Hears what a download is doing; called on the downloading thread.
public interface DownloadObserver {
  /// `doneBytes` of the file are there, those of an earlier run included.
  void progress(String name, long doneBytes, OptionalLong totalBytes);

  /// One line that the caller should see although the download goes on.
  void warn(String line);
}
