package neox.generate.rows;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.Console;
import neox.base.ReadableFile;

/// Rows of JSON, one per line, and what becomes of them.
///
/// @param file empty: standard input
/// @param key of the prompt; empty: `prompt`, `context` or `text`
public record RowFormat(Optional<Path> file, Optional<String> key, OnError onError, Order order) {
  /// What a row that cannot be answered does.
  public enum OnError {
    /// Ends the run.
    STOP,
    /// Is left out, and counted.
    SKIP
  }

  /// In which order answers are written.
  public enum Order {
    INPUT,
    COMPLETION
  }

  public RowFormat {
    file = file.filter(path -> !path.toString().equals("-"));
  }

  /// How errors call the source.
  String name() {
    return file.map(Path::toString).orElse("standard input");
  }

  InputStream open(Console console) throws IOException {
    return file.isPresent() ? ReadableFile.open(file.get()) : console.in();
  }
}
