package neox.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The page `docs/messages.md`: every message that ends a tool with exit code 2, by where it comes
/// from, each group with what it means and what to do.
final class Messages {
  private static final Path CAUSES = Path.of("src/test/resources/messages/causes.tsv");

  /// A line of the table of causes.
  ///
  /// @param place a package, for itself and what is below it
  record Group(String place, String title, String cause, String remedy) {
    boolean holds(String packageName) {
      return packageName.equals(place) || packageName.startsWith(place + ".");
    }
  }

  static List<Group> groups() throws IOException {
    return Files.readAllLines(CAUSES).stream()
        .skip(1)
        .map(line -> line.split("\t"))
        .map(cells -> new Group(cells[0], cells[1], cells[2], cells[3]))
        .toList();
  }

  /// The messages of all sources, by package.
  static Map<String, SortedSet<String>> byPackage() throws IOException {
    Map<String, SortedSet<String>> found = new TreeMap<>();
    for (Path file : sources()) {
      List<String> messages = MessageScanner.messages(Files.readString(file));
      if (!messages.isEmpty()) {
        String path = file.resolveSibling("").toString().replace('\\', '/');
        String name = path.substring(path.indexOf("src/main/java/") + 14).replace('/', '.');
        found.computeIfAbsent(name, n -> new TreeSet<>()).addAll(messages);
      }
    }
    return found;
  }

  private static List<Path> sources() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> tools = Files.list(Page.ROOT);
        Stream<Path> shared = Files.list(Page.ROOT.resolve("shared"))) {
      for (Path module : Stream.concat(tools, shared).sorted().toList()) {
        Path code = module.resolve("src/main/java");
        if (Files.isDirectory(code)) {
          try (Stream<Path> files = Files.walk(code)) {
            files.filter(file -> file.toString().endsWith(".java")).sorted().forEach(sources::add);
          }
        }
      }
    }
    return sources;
  }

  /// The group that is nearest to a package.
  static Group of(String packageName) throws IOException {
    return groups().stream()
        .filter(group -> group.holds(packageName))
        .max(Comparator.comparingInt(group -> group.place().length()))
        .orElseThrow(
            () -> new AssertionError(CAUSES + ": no line for the messages of " + packageName));
  }

  static String page() throws IOException {
    StringBuilder page =
        new StringBuilder(
            """
            <!-- Made of the sources and of causes.tsv by MessagesTest. -->
            # Messages

            What the tools say when your input needs mending (exit code 2), by where it comes from; `…`
            stands for what is filled in. Most begin with a place: a file and line, an option, or a key.
            What happens most often is told at length in [troubleshooting](troubleshooting.md).
            """);
    TreeMap<Group, SortedSet<String>> messages =
        new TreeMap<>(Comparator.comparing(Group::title, String.CASE_INSENSITIVE_ORDER));
    for (var entry : byPackage().entrySet()) {
      messages.computeIfAbsent(of(entry.getKey()), g -> new TreeSet<>()).addAll(entry.getValue());
    }
    messages.forEach((group, lines) -> {
      page.append("\n## ").append(group.title()).append("\n\n");
      page.append("*Cause:* ").append(group.cause()).append("  \n");
      page.append("*What to do:* ").append(group.remedy()).append("\n\n");
      lines.forEach(line -> page.append("- ").append(code(line)).append('\n'));
    });
    return page.toString();
  }

  private static String code(String message) {
    String fence = message.contains("`") ? "``" : "`";
    return fence + message.strip() + fence;
  }

  private Messages() {}
}
