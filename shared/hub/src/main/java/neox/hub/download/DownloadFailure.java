package neox.hub.download;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// Why an attempt at a download failed, by what is to be done about it.
///
/// An [IOException] that is none of these, such as a dropped connection, is worth another attempt.
sealed class DownloadFailure extends IOException {
  private static final long serialVersionUID = 1;

  private DownloadFailure(String message) {
    super(message);
  }

  /// The server is busy or broken for the moment.
  static final class Busy extends DownloadFailure {
    private static final long serialVersionUID = 1;
    private final transient Optional<Duration> asked;

    /// @param asked how long the server wants to be left alone
    Busy(String message, Optional<Duration> asked) {
      super(message);
      this.asked = asked;
    }

    Optional<Duration> asked() {
      return asked;
    }
  }

  /// The server does not serve the rest of the file, but may serve the whole.
  static final class NoRange extends DownloadFailure {
    private static final long serialVersionUID = 1;

    NoRange(String message) {
      super(message);
    }
  }

  /// The file is no longer the one whose beginning has been read.
  static final class Changed extends DownloadFailure {
    private static final long serialVersionUID = 1;

    Changed(String message) {
      super(message);
    }
  }

  /// All bytes have come, and they are the wrong ones.
  static final class WrongContent extends DownloadFailure {
    private static final long serialVersionUID = 1;

    WrongContent(String message) {
      super(message);
    }
  }

  /// Another attempt would end the same way.
  static final class Final extends DownloadFailure {
    private static final long serialVersionUID = 1;

    Final(String message) {
      super(message);
    }
  }
}
