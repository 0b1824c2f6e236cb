package neox.wandb;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// Where the journals of runs lie: `RUN_DIR/wandb/run-ID/journal.jsonl`.
public final class RunPaths {
  private static final String FOLDER = "wandb";
  private static final String PREFIX = "run-";

  /// A run directory below the one that is named, and two folders for the journal.
  private static final int DEPTH = 5;

  /// The directory of one run.
  static Path of(Path runDirectory, String id) {
    return runDirectory.resolve(FOLDER).resolve(PREFIX + id);
  }

  /// The directories of all runs in and below a directory, in the order of their names.
  public static List<Path> below(Path directory) throws IOException {
    try (Stream<Path> files = Files.find(directory, DEPTH, (path, _) -> isJournal(path))) {
      return files.map(file -> file.toAbsolutePath().getParent()).sorted().toList();
    }
  }

  private static boolean isJournal(Path path) {
    Path parent = path.toAbsolutePath().getParent();
    return path.endsWith(Journal.FILE)
        && parent != null
        && parent.getFileName() != null
        && parent.getFileName().toString().startsWith(PREFIX);
  }

  /// The run's directory as a word of a shell.
  static String forCommand(Path directory) {
    Path folder = directory.getParent();
    Path run = folder == null ? null : folder.getParent();
    String text = run == null || run.toString().isEmpty() ? "." : run.toString();
    return text.matches("[\\w./+:@%-]+") ? text : "'" + text.replace("'", "'\\''") + "'";
  }

  private RunPaths() {}
}
