package neox.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What pages point to is there, and `llms.txt` knows every page.
class LinksTest {
  private static final Pattern LINK = Pattern.compile("!?\\[[^\\]]*\\]\\(([^)\\s]+)\\)");
  private static final Path INDEX = Page.ROOT.resolve("llms.txt");

  /// Pages that are histories, or made for one reader.
  private static final Pattern UNLISTED = Pattern.compile("docs/decisions/.*");

  static List<Page> pages() throws IOException {
    return Page.all();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyLinkLeadsSomewhere(Page page) {
    List<String> dead = new ArrayList<>();
    Path folder = Page.ROOT.resolve(page.path()).resolveSibling("");
    List<String> prose = page.prose();
    for (int i = 0; i < prose.size(); i++) {
      Matcher link = LINK.matcher(prose.get(i).replaceAll("`[^`]*`", ""));
      while (link.find()) {
        if (!leads(folder, page, link.group(1))) {
          dead.add(page + ":" + (i + 1) + ": " + link.group(1));
        }
      }
    }
    assertThat(dead).isEmpty();
  }

  private static boolean leads(Path folder, Page page, String target) {
    if (target.startsWith("https://")) {
      return true;
    }
    String[] parts = target.split("#", 2);
    Path file = parts[0].isEmpty() ? Page.ROOT.resolve(page.path()) : folder.resolve(parts[0]);
    return Files.exists(file) && (parts.length < 2 || anchors(file).contains(parts[1]));
  }

  /// The anchors that a page's headings make, as GitHub makes them.
  private static Set<String> anchors(Path file) {
    Set<String> anchors = new TreeSet<>();
    Map<String, Integer> seen = new HashMap<>();
    for (String line : Page.read(file).prose()) {
      if (line.matches("#{1,6} .*")) {
        String anchor =
            line.replaceFirst("^#+ ", "")
                .toLowerCase(Locale.ROOT)
                .replaceAll("\\[([^\\]]*)\\]\\([^)]*\\)", "$1")
                .replaceAll("[^\\p{L}\\p{N}_ -]", "")
                .strip()
                .replace(' ', '-');
        int before = seen.merge(anchor, 1, Integer::sum) - 1;
        anchors.add(before == 0 ? anchor : anchor + "-" + before);
      }
    }
    return anchors;
  }

  @Test
  void theIndexForLanguageModelsListsEveryPageOnce() throws IOException {
    List<String> listed = new ArrayList<>();
    for (String line : Files.readAllLines(INDEX)) {
      Matcher link = LINK.matcher(line);
      if (link.find()) {
        assertThat(line).matches("- \\[[^\\]]+\\]\\([^)]+\\): \\S.*\\.");
        listed.add(link.group(1));
      }
    }
    List<String> pages =
        pages().stream().map(Page::path).filter(p -> !UNLISTED.matcher(p).matches()).toList();
    assertThat(listed).doesNotHaveDuplicates().containsAll(pages);
    assertThat(listed).allSatisfy(path -> assertThat(Page.ROOT.resolve(path)).exists());
  }
}
