package neox.hub.download;

import java.time.Duration;
import neox.hub.Backoff;
import neox.hub.Pause;

/// How long a download waits, and how often it tries again.
///
/// @param connect for a connection
/// @param idle for the next byte
/// @param repeats failed attempts in a row, without a byte in between, after the first
/// @param pause how to wait before the next attempt
public record Patience(Duration connect, Duration idle, int repeats, Pause pause) {

  /// What suits the open internet.
  public static Patience usual() {
    return new Patience(
        Duration.ofSeconds(10), Duration.ofSeconds(30), Backoff.MAX_REPEATS, Pause.sleeping());
  }
}
