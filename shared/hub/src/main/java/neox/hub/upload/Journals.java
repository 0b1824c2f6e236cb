package neox.hub.upload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.hub.UploadObserver;
import okio.ByteString;

/// The directory of the journals of uploads in parts, one for each content and place.
///
/// Only its owner may read it: the addresses in the journals let whoever has them write those
/// parts. Where there can be no journal, the upload goes on, after a warning. Thread-safe.
final class Journals {
  /// No hub's addresses are good for that long.
  private static final Duration KEPT = Duration.ofDays(14);

  private static final String ENDING = ".jsonl";

  private final Path directory;
  private final UploadObserver observer;
  private final AtomicBoolean warned = new AtomicBoolean();

  Journals(Path directory, UploadObserver observer) {
    this.directory = directory;
    this.observer = observer;
  }

  /// The journal of a file; in memory where the directory cannot be written.
  ///
  /// @param place the repository's address
  PartJournal open(String place, PlannedFile.Large large) throws IOException {
    try {
      Files.createDirectories(directory);
      if (Files.getFileStore(directory).supportsFileAttributeView("posix")) {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
      }
      return PartJournal.open(file(place, large.oid()), large.file().source());
    } catch (IOException e) {
      if (!warned.getAndSet(true)) {
        observer.warn(
            "%s: cannot be written, so that a broken-off upload will send its parts again: %s"
                .formatted(directory, e.getMessage()));
      }
      return PartJournal.inMemory();
    }
  }

  /// The file is of no use once the hub has the content.
  void forget(String place, String oid) throws IOException {
    Files.deleteIfExists(file(place, oid));
  }

  private Path file(String place, String oid) {
    String key = ByteString.encodeUtf8(place + " " + oid).sha256().hex();
    return directory.resolve(key + ENDING);
  }

  /// Deletes what is left of uploads that nobody has gone on with.
  void clean() throws IOException {
    if (!Files.isDirectory(directory)) {
      return;
    }
    Instant oldest = Instant.now().minus(KEPT);
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.filter(path -> path.toString().endsWith(ENDING)).toList()) {
        if (Files.getLastModifiedTime(file).toInstant().isBefore(oldest)) {
          Files.deleteIfExists(file);
        }
      }
    }
  }

  /// What another process that sends the same content to the same place means.
  static UserException taken(Path source) {
    return UserException.of(
        "%s: another neox-upload is sending this file to the same repository; wait for its end",
        source);
  }
}
