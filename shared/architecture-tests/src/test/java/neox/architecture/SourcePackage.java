package neox.architecture;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// A package as a directory of source files.
///
/// @param files without `package-info.java`
/// @param description the `///` comment of `package-info.java`, on one line
record SourcePackage(String name, int files, String description) {
  /// How many files a reader can keep in mind.
  static final int MOST_FILES = 30;

  /// What a larger package says for itself.
  static final String REASON = "more than " + MOST_FILES + " files because";

  private static final String PACKAGE_INFO = "package-info.java";
  private static final Path SOURCES = Path.of("src", "main", "java");

  /// The packages of all modules below a directory.
  static List<SourcePackage> below(Path root) throws IOException {
    List<SourcePackage> packages = new ArrayList<>();
    for (Path sources : sources(root)) {
      try (Stream<Path> directories = Files.walk(sources)) {
        for (Path directory : directories.filter(Files::isDirectory).sorted().toList()) {
          of(sources, directory).ifPresent(packages::add);
        }
      }
    }
    return packages;
  }

  private static List<Path> sources(Path root) throws IOException {
    List<Path> found = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) {
            String name = directory.getFileName().toString();
            boolean built = name.equals("target") || (name.startsWith(".") && name.length() > 2);
            if (directory.endsWith(SOURCES)) {
              found.add(directory);
            }
            return built || directory.endsWith(SOURCES)
                ? FileVisitResult.SKIP_SUBTREE
                : FileVisitResult.CONTINUE;
          }
        });
    return found;
  }

  private static Optional<SourcePackage> of(Path sources, Path directory) throws IOException {
    Set<String> files;
    try (Stream<Path> children = Files.list(directory)) {
      files =
          children
              .map(child -> child.getFileName().toString())
              .filter(name -> name.endsWith(".java"))
              .collect(Collectors.toSet());
    }
    if (files.isEmpty()) {
      return Optional.empty();
    }
    boolean described = files.remove(PACKAGE_INFO);
    String name = sources.relativize(directory).toString().replaceAll("[/\\\\]", ".");
    String description =
        described ? description(Files.readString(directory.resolve(PACKAGE_INFO))) : "";
    return Optional.of(new SourcePackage(name, files.size(), description));
  }

  private static String description(String source) {
    return source
        .lines()
        .map(String::strip)
        .filter(line -> line.startsWith("///"))
        .map(line -> line.substring(3).strip())
        .collect(Collectors.joining(" "));
  }

  /// What is wrong with the number of files.
  Optional<String> crowding() {
    if (files <= MOST_FILES || description.contains(REASON)) {
      return Optional.empty();
    }
    return Optional.of(
        name
            + " has "
            + files
            + " files; split it, or say in its package-info \""
            + REASON
            + " …\"");
  }
}
