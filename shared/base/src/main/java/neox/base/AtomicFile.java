package neox.base;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A file that appears complete or not at all.
///
/// Bytes go to a hidden sibling; [#commit] forces them to disk and renames. Closing without commit
/// deletes the sibling; one left by a killed process is deleted by the next [#create] of the same
/// target: at once where it ran here, after a day where it may run on elsewhere. Not thread-safe.
public final class AtomicFile implements AutoCloseable {
  /// What stands in the hidden name for who writes: a [ProcessSpace] and a process in it.
  public static final String WRITER = "(?:(\\d{1,18})-)?(\\d{1,18})";

  private static final Duration ONE_DAY = Duration.ofDays(1);

  private final Path target;
  private final Path temporary;
  private final FileChannel channel;
  private final Durability durability;
  private boolean committed;

  private AtomicFile(Path target, Path temporary, FileChannel channel, Durability durability) {
    this.target = target;
    this.temporary = temporary;
    this.channel = channel;
    this.durability = durability;
  }

  /// Opens the hidden sibling of `target` for writing; the parent directory is created.
  public static AtomicFile create(Path target) throws IOException {
    return create(target, Durability.FORCED, NamedFiles::open);
  }

  /// The same for a large file. What will be forced to disk goes there past the page cache where
  /// that is possible (docs/decisions/0051-past-the-page-cache.md).
  public static AtomicFile createLarge(Path target, Durability durability) throws IOException {
    return switch (durability) {
      case FORCED -> create(target, durability, NamedFiles::openUncached);
      case HANDED_OVER -> create(target, durability, NamedFiles::open);
    };
  }

  private interface Opening {
    FileChannel open(Path file, Path name, OpenOption... options) throws IOException;
  }

  private static AtomicFile create(Path target, Durability durability, Opening opening)
      throws IOException {
    Path directory = AtomicDirectory.parentOf(target);
    Files.createDirectories(directory);
    if (Files.isDirectory(target)) {
      throw new UserException(target + ": expected a file to write, found a directory");
    }
    deleteLeftovers(directory, target.getFileName().toString());
    Path temporary = temporary(directory, target, ProcessHandle.current().pid());
    FileChannel channel =
        opening.open(
            temporary,
            target,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    return new AtomicFile(target, temporary, channel, durability);
  }

  /// Each process writes a sibling of its own, so that two at once do not mix their bytes.
  private static Path temporary(Path directory, Path target, long process) {
    String own = ProcessSpace.here() + "-" + process;
    return directory.resolve("." + target.getFileName() + "." + own + ".tmp");
  }

  private static void deleteLeftovers(Path directory, String name) throws IOException {
    Pattern pattern = Pattern.compile(Pattern.quote("." + name + ".") + WRITER + "\\.tmp");
    try (Stream<Path> siblings = Files.list(directory)) {
      for (Path sibling : (Iterable<Path>) siblings::iterator) {
        Matcher matcher = pattern.matcher(sibling.getFileName().toString());
        if (matcher.matches() && isLeft(matcher, sibling)) {
          Files.deleteIfExists(sibling);
        }
      }
    }
  }

  /// Whether nobody writes it any more; a file that has just gone is nobody's either.
  private static boolean isLeft(Matcher writer, Path file) throws IOException {
    if (String.valueOf(ProcessSpace.here()).equals(writer.group(1))) {
      return ProcessHandle.of(Long.parseLong(writer.group(2))).isEmpty();
    }
    try {
      return Files.getLastModifiedTime(file).toInstant().isBefore(Instant.now().minus(ONE_DAY));
    } catch (NoSuchFileException e) {
      return true;
    }
  }

  /// Writes a whole text file atomically.
  public static void write(Path target, String text) throws IOException {
    write(target, text.getBytes(StandardCharsets.UTF_8));
  }

  /// Writes a whole text file atomically.
  public static void write(Path target, String text, Durability durability) throws IOException {
    write(target, text.getBytes(StandardCharsets.UTF_8), durability);
  }

  /// Writes a whole file atomically.
  public static void write(Path target, byte[] bytes) throws IOException {
    write(target, bytes, Durability.FORCED);
  }

  private static void write(Path target, byte[] bytes, Durability durability) throws IOException {
    try (AtomicFile file = create(target, durability, NamedFiles::open)) {
      file.stream().write(bytes);
      file.commit();
    }
  }

  /// The channel of the hidden sibling; owned by this object.
  public FileChannel channel() {
    return channel;
  }

  /// An unbuffered stream onto [#channel].
  public OutputStream stream() {
    return Channels.newOutputStream(channel);
  }

  /// Forces the bytes to disk, unless they are to be handed over only, and gives the file its name.
  public void commit() throws IOException {
    boolean forced = durability == Durability.FORCED;
    if (forced) {
      channel.force(true);
    }
    channel.close();
    Files.move(
        temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    if (forced) {
      AtomicDirectory.syncDirectory(AtomicDirectory.parentOf(target));
    }
    committed = true;
  }

  @Override
  public void close() throws IOException {
    if (!committed) {
      channel.close();
      Files.deleteIfExists(temporary);
    }
  }
}
