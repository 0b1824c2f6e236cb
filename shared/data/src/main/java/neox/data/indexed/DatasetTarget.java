package neox.data.indexed;

import java.nio.file.Path;

/// Which dataset to write, and how it is stored.
public record DatasetTarget(Path prefix, TokenWidth width, IndexLayout layout) {

  /// The name of the dataset without its directory.
  String name() {
    return prefix.getFileName().toString();
  }
}
