package neox.wandb;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/// How often W&B is called; its SDK's numbers, unless a test is in a hurry.
///
/// @param between requests that tell something
/// @param heartbeat the longest silence
/// @param machine between two looks at the machine
/// @param first wait after a failed call; it doubles up to `longest`
/// @param atEnd how long the end of a run waits for the last requests
public record Pace(
    Duration between,
    Duration heartbeat,
    Duration machine,
    Duration first,
    Duration longest,
    Duration atEnd) {
  public static final Pace USUAL =
      new Pace(
          Duration.ofSeconds(15),
          Duration.ofSeconds(30),
          Duration.ofSeconds(15),
          Duration.ofSeconds(2),
          Duration.ofSeconds(60),
          Duration.ofSeconds(30));

  private static final int MOST_DOUBLINGS = 20;
  private static final double JITTER = 0.25;

  /// The wait after so many failures in a row.
  Duration after(int failures) {
    long doubled = first.toMillis() << Math.min(MOST_DOUBLINGS, failures - 1);
    long bounded = Math.min(longest.toMillis(), doubled);
    return Duration.ofMillis(
        bounded + Math.round(bounded * JITTER * ThreadLocalRandom.current().nextDouble()));
  }
}
