package neox.evaluation.report;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import neox.base.AtomicFile;
import neox.base.UserException;
import neox.evaluation.report.RunDescription.ModelDescription;

/// Where reports are saved.
///
/// @param results the results file
/// @param samples directory of the sample files
/// @param time what the sample files' names end in
public record ReportFiles(Path results, Path samples, String time) {
  private static final DateTimeFormatter HARNESS_TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss.SSSSSS", Locale.ROOT);
  private static final DateTimeFormatter NEOX_TIME =
      DateTimeFormatter.ofPattern("MM-dd-yyyy-HH-mm-ss", Locale.ROOT);

  /// As the harness names them: below a directory of the model's name, or beside a path that ends
  /// in `.json`.
  public static ReportFiles harness(Path output, Path model, LocalDateTime started) {
    String time = HARNESS_TIME.format(started);
    String name = output.getFileName().toString();
    if (name.endsWith(".json")) {
      String stem = name.substring(0, name.length() - ".json".length());
      Path results = output.resolveSibling(stem + "_" + time + ".json");
      return new ReportFiles(results, parent(output), time);
    }
    Path directory = output.resolve(ModelDescription.sanitized(model.toString()));
    return new ReportFiles(directory.resolve("results_" + time + ".json"), directory, time);
  }

  /// As GPT-NeoX names them, in `directory`.
  public static ReportFiles neox(Path directory, String prefix, LocalDateTime started) {
    String time = NEOX_TIME.format(started);
    String before = prefix.isEmpty() ? "" : prefix + "_";
    Path results = directory.resolve(before + "eval_results_" + time + ".json");
    return new ReportFiles(results, parent(results), time);
  }

  private static Path parent(Path file) {
    Path parent = file.getParent();
    return parent == null ? Path.of("") : parent;
  }

  /// Makes the directory, and refuses one that takes no file: before the work, not after it.
  public void requireWritable() throws IOException {
    try (AtomicFile probe = AtomicFile.create(results)) {
      probe.stream().write('\n');
    } catch (IOException e) {
      throw new UserException(
          "--output-path: no file can be written in " + parent(results) + ": " + reason(e), e);
    }
  }

  private static String reason(IOException problem) {
    return switch (problem) {
      case AccessDeniedException e -> "permission denied";
      case FileAlreadyExistsException e -> e.getFile() + " is a file";
      case FileSystemException e when e.getReason() != null -> e.getReason();
      default -> String.valueOf(problem.getMessage());
    };
  }

  /// Writes the results file.
  public void writeResults(String json) throws IOException {
    AtomicFile.write(results, json);
  }

  /// Writes one file of samples per task.
  public void writeSamples(List<TaskResult> taskResults) throws IOException {
    for (TaskResult result : taskResults) {
      Path file = samples.resolve("samples_" + result.task().name() + "_" + time + ".jsonl");
      StringBuilder lines = new StringBuilder();
      result.samples().forEach(s -> lines.append(SampleLines.line(s)).append('\n'));
      AtomicFile.write(file, lines.toString());
    }
  }
}
