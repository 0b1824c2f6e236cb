package neox.converthf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import neox.base.UserException;

/// Where the converted model will be.
///
/// @param overwrite whether a model that is there already is replaced
record OutputDirectory(Path path, boolean overwrite) {
  /// What the model is called: the last name of its directory, wherever that is.
  String name() {
    return String.valueOf(path.toAbsolutePath().normalize().getFileName());
  }

  /// [UserException] when something is there that must not be deleted.
  ///
  /// @param input the directory that is converted
  void requireFree(Path input, Target target) throws IOException {
    if (!Files.exists(path)) {
      return;
    }
    if (!Files.isDirectory(path)) {
      throw UserException.of("%s: is a file; %s needs a directory", path, TargetOptions.OUTPUT);
    }
    try (Stream<Path> entries = Files.list(path)) {
      if (entries.findAny().isEmpty()) {
        return;
      }
    }
    if (!overwrite) {
      throw UserException.of("%s: exists already; --overwrite replaces it", path);
    }
    if (Files.exists(input) && input.toRealPath().startsWith(path.toRealPath())) {
      throw UserException.of(
          "%s: --overwrite would delete %s, which lies in it; choose another %s",
          path, input, TargetOptions.OUTPUT);
    }
    if (!target.isIn(path)) {
      throw UserException.of(
          "%s: holds no %s, so --overwrite does not delete it", path, target.description());
    }
  }
}
