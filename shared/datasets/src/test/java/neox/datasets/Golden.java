package neox.datasets;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Objects;

/// Files that others wrote; each folder has a README.
final class Golden {
  static Path path(String name) {
    try {
      return Path.of(
          Objects.requireNonNull(Golden.class.getResource("/golden/" + name), name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }

  private Golden() {}
}
