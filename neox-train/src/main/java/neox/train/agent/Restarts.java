package neox.train.agent;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// Whether ranks that have failed are started again. Immutable; times are the caller's.
///
/// @param most restarts within [#WINDOW]
/// @param atMillis when there have been some
/// @param best the last step that any attempt has taken
/// @param fruitless how many attempts in a row, since the first, have not got beyond the best of
///   those before
record Restarts(int most, List<Long> atMillis, long best, int fruitless) {
  private static final Duration WINDOW = Duration.ofHours(24);

  /// What fails three times at the same place fails for a reason that stays.
  private static final int MOST_FRUITLESS = 3;

  private static final Duration FIRST_PAUSE = Duration.ofSeconds(5);

  Restarts {
    atMillis = List.copyOf(atMillis);
  }

  static Restarts atMost(int most) {
    return new Restarts(most, List.of(), -1, 0);
  }

  /// What follows from a failure.
  sealed interface Decision {}

  /// Another attempt.
  ///
  /// @param after it fails, too, this decides
  record Again(Duration pause, Restarts after) implements Decision {}

  /// The job ends.
  ///
  /// @param why words after the message of the failure; empty if none are needed
  record GiveUp(String why) implements Decision {}

  /// @param step the last that the attempt which has failed has taken
  Decision afterFailureAt(long step, long nowMillis) {
    if (most == 0) {
      return new GiveUp("");
    }
    int now = step > best ? 0 : fruitless + 1;
    if (now == MOST_FRUITLESS) {
      return new GiveUp(
          "not started again: %d attempts in a row did not get beyond step %d"
              .formatted(MOST_FRUITLESS, best));
    }
    List<Long> recent = new ArrayList<>(atMillis);
    recent.removeIf(then -> nowMillis - then > WINDOW.toMillis());
    if (recent.size() >= most) {
      return new GiveUp(
          "not started again: that was done %d times in %d hours (--max-restarts)"
              .formatted(recent.size(), WINDOW.toHours()));
    }
    recent.add(nowMillis);
    Duration pause = now == 0 ? Duration.ZERO : FIRST_PAUSE.multipliedBy(1L << (now - 1));
    return new Again(pause, new Restarts(most, recent, Math.max(best, step), now));
  }
}
