package neox.train.agent;

import java.time.Duration;
import java.util.Optional;
import neox.train.heartbeat.Phase;

/// How long is waited for what.
///
/// @param silence a rank whose heartbeat is older is stopped, or its machine is
/// @param progress a rank that has made no progress for longer hangs; without one the limits of its
///   [Phase]
/// @param culprit how long to look for the rank at fault when others complain that it is gone
/// @param end how long ranks may take to end once one has
public record Limits(
    Duration silence, Optional<Duration> progress, Duration culprit, Duration end) {
  /// What suits most.
  public static final Limits USUAL =
      new Limits(
          Duration.ofSeconds(20), Optional.empty(), Duration.ofSeconds(2), Duration.ofMinutes(1));

  /// How long a rank may make no progress; one limit for all that is not long by nature.
  Duration progressIn(Phase phase) {
    return switch (phase) {
      case STEP, EVALUATION -> progress.orElse(phase.patience());
      case STARTING, LOADING, DATA, FIRST_STEP, TASKS, SAVE, PUSHING, ENDING ->
          progress.filter(p -> p.compareTo(phase.patience()) > 0).orElse(phase.patience());
    };
  }
}
