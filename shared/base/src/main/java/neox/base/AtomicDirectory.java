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
/// sibling; one left by a killed process is removed by the next [#create] of the same target.
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
    Path temporary = absolute.resolveSibling("." + absolute.getFileName() + ".tmp");
    deleteTree(temporary);
    Files.createDirectories(temporary);
    return new AtomicDirectory(absolute, temporary);
  }

  /// Where to write; not the final name.
  public Path path() {
    return temporary;
  }

  /// Forces every file to disk and gives the directory its name.
  public void commit() throws IOException {
    try (Stream<Path> tree = Files.walk(temporary)) {
      for (Path path : (Iterable<Path>) tree::iterator) {
        if (Files.isDirectory(path)) {
          syncDirectory(path);
        } else {
          try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
            channel.force(true);
          }
        }
      }
    }
    if (Files.exists(target)) {
      Path replaced = target.resolveSibling("." + target.getFileName() + ".old");
      deleteTree(replaced);
      Files.move(target, replaced, StandardCopyOption.ATOMIC_MOVE);
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
      deleteTree(replaced);
    } else {
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    }
    syncDirectory(parentOf(target));
    committed = true;
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

  /// The directory that holds `path`.
  static Path parentOf(Path path) {
    return Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file needs a directory");
  }

  /// Makes a rename inside `directory` durable (a no-op where directories cannot be opened).
  static void syncDirectory(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    } catch (java.nio.file.AccessDeniedException e) {
      // Windows cannot open directories; its renames are durable with the file system's journal.
      return;
    }
  }
}
