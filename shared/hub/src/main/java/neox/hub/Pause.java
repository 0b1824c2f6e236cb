package neox.hub;

import java.time.Duration;

/// How to wait before a repeated call; tests pass one that returns at once.
@FunctionalInterface
public interface Pause {
  void sleep(Duration duration) throws InterruptedException;

  /// Lets the calling thread sleep.
  static Pause sleeping() {
    return Thread::sleep;
  }
}
