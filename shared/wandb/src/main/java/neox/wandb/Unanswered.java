package neox.wandb;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/// No answer, or one that asks to come again: the same call may succeed later.
final class Unanswered extends IOException {
  private static final long serialVersionUID = 1;

  private final transient Optional<Duration> asked;

  /// @param asked how long the server wants to be left alone
  Unanswered(String message, Optional<Duration> asked) {
    super(message);
    this.asked = asked;
  }

  Optional<Duration> asked() {
    return asked;
  }
}
