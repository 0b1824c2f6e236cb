package neox.generate.sample;

import java.nio.file.Path;
import java.util.Optional;

/// Where the samples go.
///
/// @param file empty: standard output
/// @param existing what becomes of a file that is there
public record Output(Optional<Path> file, Existing existing, Format format) {
  /// What becomes of what is there.
  public enum Existing {
    KEEP,
    REPLACE
  }

  /// How a sample is written.
  public enum Format {
    /// NeoX's lines of JSON.
    JSON,
    /// The prompt with what follows it, and an empty line between two samples.
    TEXT
  }

  public Output {
    file = file.filter(path -> !path.toString().equals("-"));
  }
}
