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

  /// Nobody knows: the agent of its host does not answer.
  ///
  /// @param why for people
  record Lost(String why) implements Life {}

  /// The same by a clock that is so much ahead.
  RankView shifted(long millis) {
    Life later =
        switch (life) {
          case Running(long since, boolean stopped) -> new Running(since + millis, stopped);
          case Ended(int code, long at, LastWords words) -> new Ended(code, at + millis, words);
          case Lost lost -> lost;
        };
    return new RankView(rank, host, later, beat.map(last -> last.shifted(millis)));
  }

  String name() {
    return "rank %d (%s)".formatted(rank, host);
  }
}
