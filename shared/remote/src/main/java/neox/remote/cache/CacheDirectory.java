package neox.remote.cache;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import neox.base.Bytes;
import neox.base.LocalCache;
import neox.base.UserException;
import neox.hub.RunningHash;
import neox.remote.StoreAddress;
import neox.remote.StoredObject;

/// The directory of the cache, and how much of a disk it takes: what was used least recently goes
/// first. Several processes share it: what one of them needs and another has deleted is fetched
/// again, and a file that is mapped stays readable. Thread-safe.
public final class CacheDirectory {
  /// How much it may hold, in gigabytes.
  public static final String GIGABYTES = "NEOX_CACHE_GB";

  private static final long GIGABYTE = 1_000_000_000;
  private static final long USUAL_GIGABYTES = 100;

  private static final Duration ONE_DAY = Duration.ofDays(1);

  /// How often the directory is looked through: whenever so much of the bound has been written.
  private static final int LOOKS = 32;

  private final Path root;
  private final long bound;
  private final AtomicLong unseen = new AtomicLong(Long.MAX_VALUE / 2); // the first write looks

  public CacheDirectory(Path root, long bound) {
    this.root = root;
    this.bound = bound;
  }

  /// Where and how large the environment says.
  public static CacheDirectory of(Map<String, String> environment) {
    Optional<String> gigabytes =
        Optional.ofNullable(environment.get(GIGABYTES))
            .map(String::strip)
            .filter(v -> !v.isEmpty());
    return new CacheDirectory(LocalCache.directory(environment), bound(gigabytes));
  }

  private static long bound(Optional<String> gigabytes) {
    if (gigabytes.isEmpty()) {
      return USUAL_GIGABYTES * GIGABYTE;
    }
    if (!gigabytes.get().matches("\\d{1,6}(\\.\\d{1,3})?")
        || Double.parseDouble(gigabytes.get()) == 0) {
      throw UserException.of(
          "%s: expected how many gigabytes the cache may hold, such as 100, found '%s'",
          GIGABYTES, gigabytes.get());
    }
    return Math.round(Double.parseDouble(gigabytes.get()) * GIGABYTE);
  }

  public Path root() {
    return root;
  }

  /// A directory for what is kept of one state of an object.
  ///
  /// @param kind of what is kept
  Path of(String kind, StoreAddress store, StoredObject object) {
    RunningHash hash = RunningHash.start();
    for (String part : List.of(store.resolve(object.key()).toString(), object.tag())) {
      byte[] bytes = (part + "\n" + object.bytes() + "\n").getBytes(StandardCharsets.UTF_8);
      hash.update(bytes, 0, bytes.length);
    }
    String readable = store.authority().replaceAll("[^A-Za-z0-9.-]", "_");
    return root.resolve(kind).resolve(readable + "-" + hash.sha256().substring(0, 32));
  }

  /// Makes room, if need be; called before bytes are written. [UserException] when the disk is full
  /// all the same.
  void reserve(long bytes) throws IOException {
    Files.createDirectories(root);
    if (unseen.addAndGet(bytes) > bound / LOOKS) {
      unseen.set(0);
      trim(bound - Math.min(bound, bytes));
    }
    long free = Files.getFileStore(root).getUsableSpace();
    if (free < bytes) {
      throw UserException.of(
          "%s: %s are needed for the cache of remote files, %s are free; make room, or name another"
              + " directory by %s",
          root, Bytes.text((double) bytes), Bytes.text((double) free), LocalCache.VARIABLE);
    }
  }

  /// Marks a file as used.
  static void touch(Path file) {
    try {
      Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
    } catch (IOException e) {
      // Only its turn in the order of deletion is lost, or the file itself is.
      return;
    }
  }

  private record Kept(Path file, long bytes, FileTime used) {}

  /// Deletes until no more than `most` bytes are left.
  private synchronized void trim(long most) throws IOException {
    List<Kept> files = files();
    long total = files.stream().mapToLong(Kept::bytes).sum();
    files.sort(Comparator.comparing(Kept::used));
    for (Kept file : files) {
      if (total <= most) {
        return;
      }
      Files.deleteIfExists(file.file());
      total -= file.bytes();
    }
  }

  /// What nobody has written to for a day, nobody will.
  private static boolean isBeingWritten(Path file, BasicFileAttributes attributes) {
    String name = file.toString();
    return (name.endsWith(".tmp") || name.endsWith(FileCache.PART))
        && attributes.lastModifiedTime().toInstant().isAfter(Instant.now().minus(ONE_DAY));
  }

  private List<Kept> files() throws IOException {
    List<Kept> files = new ArrayList<>();
    for (String kind : List.of(FileCache.KIND, BlockCache.KIND)) {
      if (Files.isDirectory(root.resolve(kind))) {
        files.addAll(files(root.resolve(kind)));
      }
    }
    return files;
  }

  private static List<Kept> files(Path directory) throws IOException {
    List<Kept> files = new ArrayList<>();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (!file.toString().endsWith(FileCache.LOCK) && !isBeingWritten(file, attributes)) {
              files.add(new Kept(file, attributes.size(), attributes.lastModifiedTime()));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) { // another process was quicker
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return files;
  }
}
