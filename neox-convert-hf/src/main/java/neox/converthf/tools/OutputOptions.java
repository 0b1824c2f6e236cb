package neox.converthf.tools;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.base.help.HelpGroup;
import picocli.CommandLine.Option;

/// Where a checkpoint is written.
@HelpGroup("Output")
final class OutputOptions {
  @Option(
      names = {"--output-dir", "--output_dir"},
      required = true,
      paramLabel = "DIR",
      description = "The directory to make, with global_stepN and latest in it.")
  @SuppressWarnings("NullAway.Init")
  private Path directory;

  /// The directory; [UserException] when there is something in it.
  Path free() throws IOException {
    requireFree(directory);
    return directory;
  }

  static void requireFree(Path directory) throws IOException {
    if (!Files.exists(directory)) {
      return;
    }
    if (!Files.isDirectory(directory)) {
      throw UserException.of("%s: is a file; --output-dir needs a directory", directory);
    }
    try (Stream<Path> entries = Files.list(directory)) {
      if (entries.findAny().isPresent()) {
        throw UserException.of(
            "%s: exists already, and is not empty; choose another --output-dir", directory);
      }
    }
  }
}
