package neox.hub.upload;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import neox.base.UserException;
import neox.hub.LocalFile;

/// The files of a directory that an upload takes, sorted by their path in the repository.
///
/// Git's own directories and the hub's local cache are left out. Links to files are followed.
public record LocalFolder(Path root, List<LocalFile> files) {
  public LocalFolder {
    files = List.copyOf(files);
  }

  /// Reads the names and sizes of everything below `root`.
  public static LocalFolder scan(Path root) throws IOException {
    if (!Files.exists(root)) {
      throw new UserException(root + ": no such directory");
    }
    if (!Files.isDirectory(root)) {
      throw new UserException(root + ": expected a directory to upload, found a file");
    }
    List<LocalFile> files = new ArrayList<>();
    try (Stream<Path> tree = Files.walk(root)) {
      for (Path source : (Iterable<Path>) tree::iterator) {
        String path = repositoryPath(root.relativize(source));
        if (!isLeftOut(path) && !Files.isDirectory(source, LinkOption.NOFOLLOW_LINKS)) {
          files.add(file(path, source));
        }
      }
    }
    if (files.isEmpty()) {
      throw new UserException(root + ": no files to upload");
    }
    files.sort(Comparator.comparing(LocalFile::path));
    return new LocalFolder(root, files);
  }

  /// The file with this path in the repository.
  public Optional<LocalFile> find(String path) {
    return files.stream().filter(file -> file.path().equals(path)).findFirst();
  }

  /// The sum of all sizes.
  public long bytes() {
    return files.stream().mapToLong(LocalFile::size).sum();
  }

  private static LocalFile file(String path, Path source) throws IOException {
    if (List.of(path.split("/")).contains(".cache")) {
      throw new UserException(
          source + ": the hub refuses paths with a '.cache' part; move it away");
    }
    if (!Files.isRegularFile(source)) {
      throw new UserException(
          source + ": only files and links to files can be uploaded; move it away");
    }
    return LocalFile.of(path, source);
  }

  private static boolean isLeftOut(String path) {
    return path.isEmpty()
        || List.of(path.split("/")).contains(".git")
        || path.equals(".cache/huggingface")
        || path.startsWith(".cache/huggingface/");
  }

  private static String repositoryPath(Path relative) {
    return String.join(
        "/", StreamSupport.stream(relative.spliterator(), false).map(Path::toString).toList());
  }
}
