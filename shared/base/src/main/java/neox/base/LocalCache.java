package neox.base;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Where this machine keeps what can be had again: deleting it is always safe.
public final class LocalCache {
  /// Names the directory.
  public static final String VARIABLE = "NEOX_CACHE";

  /// `NEOX_CACHE`, else `$XDG_CACHE_HOME/neox`, else `~/.cache/neox`.
  public static Path directory(Map<String, String> environment) {
    Path home = Path.of(environment.getOrDefault("HOME", System.getProperty("user.home")));
    return variable(environment, VARIABLE)
        .map(Path::of)
        .or(() -> variable(environment, "XDG_CACHE_HOME").map(xdg -> Path.of(xdg, "neox")))
        .orElse(home.resolve(".cache").resolve("neox"))
        .toAbsolutePath();
  }

  private static Optional<String> variable(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name)).map(String::strip).filter(v -> !v.isEmpty());
  }

  private LocalCache() {}
}
