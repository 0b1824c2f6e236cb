package neox.preprocess.input;

import java.io.IOException;
import java.util.Objects;

/// A file is sound, as far as it was read, but written in a way that is not read; the message says
/// which, and what to do.
final class Unsupported extends IOException {
  private static final long serialVersionUID = 1;

  Unsupported(String message) {
    super(message);
  }

  String why() {
    return Objects.requireNonNull(getMessage());
  }
}
