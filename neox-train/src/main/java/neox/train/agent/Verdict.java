package neox.train.agent;

import java.util.Optional;

/// What has come of an attempt to run all ranks.
sealed interface Verdict {
  /// All ranks have ended as they should, or are to end now that the run is over.
  ///
  /// @param code 0, or that of a run which was asked to stop
  record Over(int code) implements Verdict {}

  /// One rank was asked to stop, and no other has anything to save: they are taken down.
  ///
  /// @param message one line: which rank, and what to do
  record Stopped(String message) implements Verdict {}

  /// It cannot go on: the other ranks are taken down.
  ///
  /// @param code for whoever started the job
  /// @param message one line: which rank, where, and why
  /// @param remedy whether starting the ranks anew may help
  record Failed(int code, String message, Remedy remedy) implements Verdict {}

  /// Whether another attempt may end otherwise.
  enum Remedy {
    RESTART,
    /// It is the caller's to mend: every attempt would end alike.
    NONE
  }

  /// A failure that another attempt may be spared.
  static Optional<Verdict> failed(int code, String message) {
    return Optional.of(new Failed(code, message, Remedy.RESTART));
  }
}
