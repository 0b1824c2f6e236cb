package neox.train.agent;

import java.util.Optional;
import neox.train.heartbeat.Beat;

/// What is known of a rank at a moment.
///
/// @param rank of the job
/// @param host that it runs on
/// @param beat its last heartbeat
record RankView(int rank, String host, Life life, Optional<Beat> beat) {

  /// Whether its process runs.
  sealed interface Life {}

  /// It does.
  ///
  /// @param sinceMillis when it was started, by the host's clock
  /// @param stopped whether a signal has stopped it
  record Running(long sinceMillis, boolean stopped) implements Life {}

  /// It has ended.
  ///
  /// @param code its exit code, 128 and the signal's number if one has killed it
  /// @param atMillis when that was seen, by the host's clock
  /// @param words what it said last
  record Ended(int code, long atMillis, LastWords words) implements Life {}

  String name() {
    return "rank %d (%s)".formatted(rank, host);
  }
}
