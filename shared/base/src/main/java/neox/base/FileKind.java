package neox.base;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/// What a path leads to. A pipe can be read once from front to back, a device may have no end, and
/// a directory holds no bytes at all: who opens a file that a user names asks first.
public enum FileKind {
  REGULAR("a file"),
  DIRECTORY("a directory"),
  PIPE("a pipe"),
  DEVICE("a device"),
  SOCKET("a socket");

  private static final int TYPE = 0170000; // stat(2)
  private static final int PIPE_TYPE = 0010000;
  private static final int SOCKET_TYPE = 0140000;

  private final String description;

  FileKind(String description) {
    this.description = description;
  }

  /// What stands at the end of the links; empty when there is nothing. [UserException] when the
  /// links lead in a circle.
  public static Optional<FileKind> of(Path path) throws IOException {
    try {
      BasicFileAttributes attributes = Files.readAttributes(path, BasicFileAttributes.class);
      if (attributes.isRegularFile()) {
        return Optional.of(REGULAR);
      }
      return Optional.of(attributes.isDirectory() ? DIRECTORY : special(path));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if (e.getReason() != null && e.getReason().contains("symbolic link")) {
        throw UserException.of("%s: a symbolic link that leads in a circle", path);
      }
      throw e;
    }
  }

  private static FileKind special(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return DEVICE;
    }
    return switch ((Integer) Files.getAttribute(path, "unix:mode") & TYPE) {
      case PIPE_TYPE -> PIPE;
      case SOCKET_TYPE -> SOCKET;
      default -> DEVICE;
    };
  }

  /// [UserException] unless a path leads to one of these kinds.
  ///
  /// @param expected what is wanted, for the message: `a file of rows`
  public static FileKind require(Path path, String expected, FileKind... allowed)
      throws IOException {
    FileKind kind = of(path).orElseThrow(() -> missing(path));
    for (FileKind one : allowed) {
      if (kind == one) {
        return kind;
      }
    }
    throw UserException.of("%s: expected %s, found %s", path, expected, kind.description);
  }

  private static UserException missing(Path path) {
    String target = Files.isSymbolicLink(path) ? " at the end of this symbolic link" : "";
    return UserException.of("%s: no such file or directory%s", path, target);
  }
}
