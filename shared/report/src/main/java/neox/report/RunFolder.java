package neox.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import neox.base.UserException;

/// Where a run keeps its records (`log_dir`, or `save` without one).
///
/// @param name in the report: the path as it was given
public record RunFolder(String name, Path path) {
  private static final String METRICS = "metrics.jsonl";

  /// The folder of a path, which may also be that of its `metrics.jsonl`.
  public static RunFolder of(Path given) {
    Path file = given.getFileName();
    boolean isFile = file != null && file.toString().equals(METRICS) && !Files.isDirectory(given);
    Path path = isFile ? Objects.requireNonNull(given.toAbsolutePath().getParent()) : given;
    if (!Files.isDirectory(path)) {
      throw UserException.of(
          "%s: expected the directory in which a run keeps its records (log_dir, or save without"
              + " one), found %s",
          given, Files.exists(path) ? "a file" : "nothing");
    }
    return new RunFolder(given.toString(), path);
  }

  /// Refuses a folder in which no run has recorded anything; names what lies below it.
  public void requireRecords() throws IOException {
    if (!Files.exists(metrics())) {
      List<String> below = below();
      throw UserException.of(
          "%s: expected metrics.jsonl, which neox-train writes into log_dir (or into save without"
              + " one), found none%s",
          path, below.isEmpty() ? "" : "; there is one in " + String.join(", ", below));
    }
  }

  private List<String> below() throws IOException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(entry -> Files.exists(entry.resolve(METRICS)))
          .map(Path::toString)
          .sorted()
          .limit(5)
          .toList();
    }
  }

  /// Numbers of the steps, and texts of the run.
  Path metrics() {
    return path.resolve(METRICS);
  }

  /// Rows that were moved aside when the run went back to a checkpoint.
  Path replaced() {
    return path.resolve("metrics.replaced.jsonl");
  }

  /// Beginnings, warnings, checkpoints, ends.
  Path journal() {
    return path.resolve("journal.jsonl");
  }

  /// Texts that the run has written on the way.
  Path samples() {
    return path.resolve("samples.jsonl");
  }
}
