package neox.base;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A directory that appears complete or not at all.
///
/// Files are written into a hidden sibling ([#path]); [#commit] forces them to disk and renames the
/// sibling. An existing target is replaced only at that moment. Closing without commit removes the
/// sibling; what a killed process left behind is cleared up by the next [#create] of the same
/// target.
public final class AtomicDirectory implements AutoCloseable {
  private final Path target;
  private final Path temporary;
  private boolean committed;

  private AtomicDirectory(Path target, Path temporary) {
    this.target = target;
    this.temporary = temporary;
  }

  /// Makes the hidden sibling of `target`.
  public static AtomicDirectory create(Path target) throws IOException {
    Path absolute = target.toAbsolutePath().normalize();
    Path temporary = siblingOf(target);
    recover(absolute);
    deleteTree(temporary);
    Files.createDirectories(temporary);
    return new AtomicDirectory(absolute, temporary);
  }

  /// Where [#create] of the same target writes: for processes that write into one directory
  /// together.
  public static Path siblingOf(Path target) {
    Path absolute = target.toAbsolutePath().normalize();
    return absolute.resolveSibling("." + absolute.getFileName() + ".tmp");
  }

  /// Puts an old target back that a process killed in the middle of [#commit] had moved aside, or
  /// deletes it when the new one is in place.
  private static void recover(Path target) throws IOException {
    Path replaced = replaced(target);
    if (Files.exists(replaced) && !Files.exists(target)) {
      Files.move(replaced, target, StandardCopyOption.ATOMIC_MOVE);
    }
    deleteTree(replaced);
  }

  private static Path replaced(Path target) {
    return target.resolveSibling("." + target.getFileName() + ".old");
  }

  /// Where to write; not the final name.
  public Path path() {
    return temporary;
  }

  /// Forces every file to disk and gives the directory its name.
  public void commit() throws IOException {
    commit(Durability.FORCED);
  }

  /// Gives the directory its name.
  public void commit(Durability durability) throws IOException {
    boolean forced = durability == Durability.FORCED;
    if (forced) {
      syncTree();
    }
    if (Files.exists(target)) {
      Path replaced = replaced(target);
      Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      deleteTree(replaced);
    } else {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }
    if (forced) {
      syncDirectory(parentOf(target));
    }
    committed = true;
  }

  private void syncTree() throws IOException {
    try (Stream<Path> tree = Files.walk(temporary)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        if (Files.isDirectory(path)) {
          syncDirectory(path);
        } else {
          sync(path);
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    if (!committed) {
      deleteTree(temporary);
    }
  }

  /// Deletes a directory with everything in it; nothing happens when it does not exist.
  public static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(directory);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /// Opened for reading, since a file copied from a read-only one cannot be opened for writing.
  private static void sync(Path file) throws IOException {
    try (FileChannel channel = NamedFiles.open(file, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  /// The directory that holds `path`.
  public static Path parentOf(Path path) {
    return Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file needs a directory");
  }

  /// Makes a rename inside `directory` durable (a no-op where directories cannot be opened).
  public static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = NamedFiles.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (java.nio.file.AccessDeniedException e) {
      // Windows cannot open directories; its renames are durable with the file system's journal.
      return;
    }
  }
}
