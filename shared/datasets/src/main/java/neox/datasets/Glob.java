package neox.datasets;

import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import neox.base.UserException;

/// Patterns for paths in a repository: `*` and `?` within a name, `**` over directories.
public final class Glob {

  /// Whether a path fits a pattern, or lies in the directory that the pattern names.
  public static boolean fits(String pattern, String path) {
    return path.equals(pattern)
        || path.startsWith(pattern + "/")
        || matcher(pattern).matches(Path.of(path));
  }

  /// Whether a path fits one of several patterns; a pattern without a slash is about the name
  /// alone.
  public static boolean fitsAny(List<String> patterns, String path) {
    String name = path.substring(path.lastIndexOf('/') + 1);
    return patterns.stream()
        .anyMatch(
            pattern -> fits(pattern, path) || (!pattern.contains("/") && fits(pattern, name)));
  }

  private static PathMatcher matcher(String pattern) {
    try {
      return FileSystems.getDefault().getPathMatcher("glob:" + pattern);
    } catch (PatternSyntaxException e) {
      throw new UserException("'" + pattern + "' is not a pattern: " + e.getDescription(), e);
    }
  }

  private Glob() {}
}
