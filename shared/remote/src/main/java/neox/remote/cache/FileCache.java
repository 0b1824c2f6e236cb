package neox.remote.cache;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import neox.base.NamedFiles;
import neox.hub.RunningHash;
import neox.remote.ObjectStore;
import neox.remote.StoreAddress;
import neox.remote.StoredObject;

/// Whole files that were brought here: complete and with the right sum, or not at all. What has
/// come when it fails stays, and the next call goes on from there. Thread-safe, also among
/// processes: one fetches, the others wait.
public final class FileCache {
  static final String LOCK = ".lock";
  static final String PART = ".part";

  static final String KIND = "files";
  private static final int RANGE_BYTES = 16 << 20;
  private static final int MOST_TRIES = 3;

  private final CacheDirectory directory;
  private final Map<Path, Object> locks = new ConcurrentHashMap<>();

  public FileCache(CacheDirectory directory) {
    this.directory = directory;
  }

  /// Opens the local copy for reading, after fetching it where need be.
  ///
  /// @param address of the store
  /// @param sha256 that the content must have, where it is known
  public FileChannel open(
      ObjectStore store, StoreAddress address, StoredObject object, Optional<String> sha256)
      throws IOException {
    Path folder = directory.of(KIND, address, object);
    Path file = folder.resolve(String.valueOf(Path.of(object.key()).getFileName()));
    synchronized (locks.computeIfAbsent(file, _ -> new Object())) {
      Files.createDirectories(folder);
      try (FileChannel channel =
              NamedFiles.open(
                  file.resolveSibling(file.getFileName() + LOCK),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock _ = channel.lock()) {
        for (int attempt = 1; ; attempt++) {
          if (!Files.isRegularFile(file)) {
            fetch(new Source(store, address, object, sha256), file);
          }
          CacheDirectory.touch(file);
          try {
            return NamedFiles.open(file, StandardOpenOption.READ);
          } catch (NoSuchFileException e) { // another process has made room
            if (attempt == MOST_TRIES) {
              throw e;
            }
          }
        }
      }
    }
  }

  private record Source(
      ObjectStore store, StoreAddress address, StoredObject object, Optional<String> sha256) {
    String name() {
      return address.resolve(object.key()).toString();
    }
  }

  private void fetch(Source source, Path file) throws IOException {
    Path part = file.resolveSibling(file.getFileName() + PART);
    for (int attempt = 1; ; attempt++) {
      long there = Files.exists(part) ? Files.size(part) : 0;
      directory.reserve(Math.max(0, source.object().bytes() - there));
      append(source, part);
      Optional<String> sum = source.sha256().isEmpty() ? Optional.empty() : Optional.of(sum(part));
      if (sum.equals(source.sha256())) {
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        return;
      }
      Files.delete(part);
      if (attempt == MOST_TRIES) {
        throw new IOException(
            "%s: its sha256 is %s, expected %s by its manifest (fetched %d times): damaged there,"
                    .formatted(
                        source.name(), sum.orElseThrow(), source.sha256().orElseThrow(), attempt)
                + " or on the way");
      }
    }
  }

  private static void append(Source source, Path part) throws IOException {
    long bytes = source.object().bytes();
    try (FileChannel channel =
        NamedFiles.open(part, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      if (channel.size() > bytes) {
        channel.truncate(0);
      }
      ByteBuffer range = ByteBuffer.allocate(Math.clamp(bytes, 1, RANGE_BYTES));
      for (long at = channel.size(); at < bytes; ) {
        range.clear().limit((int) Math.min(range.capacity(), bytes - at));
        source.store().read(source.object(), at, range);
        range.flip();
        while (range.hasRemaining()) {
          at += channel.write(range, at);
        }
      }
      channel.force(true);
    }
  }

  private static String sum(Path file) throws IOException {
    RunningHash hash = RunningHash.start();
    hash.add(file);
    return hash.sha256();
  }
}
