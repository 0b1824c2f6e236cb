package neox.hub.upload;

import java.nio.file.Path;
import java.util.Map;

/// How large files are sent.
///
/// @param atOnce the most files, or parts of files, that are on their way at a time, at least 1
/// @param journals the directory that remembers which parts of a file have arrived, so that a later
///   run need not send them again
public record Sending(int atOnce, Path journals) {
  /// As many at a time as the hub's own tools.
  public static final int USUAL_AT_ONCE = 5;

  public Sending {
    if (atOnce < 1) {
      throw new IllegalArgumentException("files at a time: " + atOnce);
    }
  }

  /// With journals in the user's cache directory.
  public static Sending usual(Map<String, String> environment) {
    String home = environment.getOrDefault("HOME", System.getProperty("user.home"));
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    Path directory = cache.isBlank() ? Path.of(home, ".cache") : Path.of(cache);
    return new Sending(USUAL_AT_ONCE, directory.resolve("neox").resolve("uploads"));
  }

  public Sending withAtOnce(int value) {
    return new Sending(value, journals);
  }
}
