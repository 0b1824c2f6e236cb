package neox.documentation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// A page of Markdown.
///
/// @param path from the root of the project, with `/`
record Page(String path, List<String> lines) {
  static final Path ROOT = Path.of("../..");
  private static final String FENCE = "```";

  /// A fenced block.
  ///
  /// @param line the number of its first line, from 1
  /// @param marker what the comment before it says: `not run: why`, `run by: what`, `file: name`
  record Block(String language, int line, List<String> lines, Optional<String> marker) {}

  /// The pages that users read: those at the top and all of `docs/`.
  static List<Page> all() throws IOException {
    try (Stream<Path> docs = Files.walk(ROOT.resolve("docs"));
        Stream<Path> top = Files.list(ROOT)) {
      return Stream.concat(top, docs)
          .filter(file -> file.toString().endsWith(".md"))
          .sorted()
          .map(Page::read)
          .toList();
    }
  }

  static Page read(Path file) {
    try {
      String path = ROOT.relativize(file).toString().replace('\\', '/');
      return new Page(path, Files.readAllLines(file));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    int begin = -1;
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).startsWith(FENCE)) {
        continue;
      }
      if (begin < 0) {
        begin = i;
      } else {
        String language = lines.get(begin).substring(FENCE.length()).strip();
        blocks.add(new Block(language, begin + 2, lines.subList(begin + 1, i), marker(begin)));
        begin = -1;
      }
    }
    if (begin >= 0) {
      throw new IllegalStateException(path + ":" + (begin + 1) + ": the block has no end");
    }
    return blocks;
  }

  /// The comment on the line before.
  private Optional<String> marker(int fence) {
    String before = fence == 0 ? "" : lines.get(fence - 1).strip();
    boolean comment = before.startsWith("<!-- ") && before.endsWith(" -->");
    return comment ? Optional.of(before.substring(5, before.length() - 4)) : Optional.empty();
  }

  /// The lines outside of fenced blocks, by their places; those inside are empty.
  List<String> prose() {
    List<String> prose = new ArrayList<>();
    boolean inside = false;
    for (String line : lines) {
      boolean fence = line.startsWith(FENCE);
      prose.add(inside || fence ? "" : line);
      inside ^= fence;
    }
    return prose;
  }

  @Override
  public String toString() {
    return path;
  }
}
