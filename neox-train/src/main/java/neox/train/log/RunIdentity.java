package neox.train.log;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import neox.base.AtomicFile;
import neox.base.NamedFiles;
import neox.config.CheckpointConfig;
import neox.train.checkpoint.StartingPoint;

/// Which run this is: the same one when it continues what it has saved itself, another in every
/// other case.
///
/// @param id unlike every other run's
/// @param file in the directory that the run saves to, where it finds its name again
record RunIdentity(String id, Optional<Path> file) {
  private static final String FILE = "neox-train.run";

  static RunIdentity of(CheckpointConfig config) throws IOException {
    Optional<Path> file = config.save().map(save -> save.resolve(FILE));
    if (StartingPoint.continuesItself(config) && Files.exists(file.orElseThrow())) {
      return new RunIdentity(read(file.get()), file);
    }
    return new RunIdentity(UUID.randomUUID().toString(), file);
  }

  /// Makes the run find its name again.
  void keep() throws IOException {
    if (file.isPresent() && !(Files.exists(file.get()) && id.equals(read(file.get())))) {
      AtomicFile.write(file.get(), id + "\n");
    }
  }

  private static String read(Path file) throws IOException {
    return NamedFiles.readString(file).strip();
  }
}
