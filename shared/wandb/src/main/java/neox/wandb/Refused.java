package neox.wandb;

import java.io.IOException;

/// The server will not take it, now or later.
final class Refused extends IOException {
  private static final long serialVersionUID = 1;

  Refused(String message) {
    super(message);
  }
}
