package neox.architecture;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What ARCHITECTURE.md says.
///
/// @param modules the rows of its table, without those that have no package
/// @param types the names of types between backticks
record ArchitecturePage(List<Module> modules, Set<String> directories, Set<String> types) {
  /// The root of the repository, seen from this module.
  static final Path ROOT = Path.of("..", "..");

  private static final Pattern ROW = Pattern.compile("\\| `([^`]+)` \\| ([^|]+) \\| ([^|]+) \\|.*");
  private static final Pattern CODE = Pattern.compile("`([^`]+)`");
  private static final Pattern TYPE = Pattern.compile("\\b[A-Z][A-Za-z0-9]*[a-z][A-Za-z0-9]*\\b");

  /// A row of the table.
  record Module(String directory, String packageName, boolean libtorch) {}

  static ArchitecturePage read() {
    try {
      return of(Files.readString(ROOT.resolve("ARCHITECTURE.md")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static ArchitecturePage of(String text) {
    List<Module> modules = new ArrayList<>();
    Set<String> directories = new LinkedHashSet<>();
    Set<String> types = new LinkedHashSet<>();
    for (String line : text.lines().toList()) {
      Matcher row = ROW.matcher(line);
      if (row.matches()) {
        directories.add(row.group(1));
        if (row.group(2).startsWith("`")) {
          String packageName = row.group(2).replace("`", "").strip();
          modules.add(new Module(row.group(1), packageName, row.group(3).strip().equals("yes")));
        }
      }
      CODE.matcher(line)
          .results()
          .flatMap(code -> TYPE.matcher(code.group(1)).results())
          .forEach(type -> types.add(type.group()));
    }
    return new ArchitecturePage(modules, directories, types);
  }
}
