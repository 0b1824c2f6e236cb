package neox.evaluation.yaml;

import java.nio.file.Path;

/// Where a piece of a task file stands.
///
/// @param line from 1
public record Place(Path file, int line) {
  @Override
  public String toString() {
    return file + ":" + line;
  }
}
