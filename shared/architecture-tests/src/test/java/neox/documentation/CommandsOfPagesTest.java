package neox.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.documentation.Page.Block;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.ParameterException;

/// Commands that pages show are run by `packaging/docs-test.sh`, or say why they are not; here the
/// parsers of the tools read all of them.
class CommandsOfPagesTest {
  private static final String SHELL = "sh";
  private static final Set<String> LANGUAGES =
      Set.of(SHELL, "text", "yaml", "json", "jsonl", "make", "python", "dockerfile", "ini", "xml");
  private static final Pattern MARKER =
      Pattern.compile("not run: \\S+ \\S+.*|run by: (\\S+)|file: ([\\w./-]+)");
  private static final Pattern COMMAND = Pattern.compile("^\\s*(\\$ )?neox-[a-z-]+ .*");

  static List<Page> pages() throws IOException {
    return Page.all();
  }

  private static Stream<Block> shell(Page page) {
    return page.blocks().stream().filter(block -> block.language().equals(SHELL));
  }

  @ParameterizedTest
  @MethodSource("pages")
  void everyCommandIsOneThatItsToolTakes(Page page) {
    List<String> wrong = new ArrayList<>();
    shell(page)
        .forEach(block ->
            ShellLine.commands(block.lines()).stream()
                .filter(words -> words.getFirst().startsWith("neox-"))
                .forEach(words -> {
                  try {
                    Tools.parse(words);
                  } catch (ParameterException | IllegalArgumentException | IOException e) {
                    wrong.add(
                        page
                            + ":"
                            + block.line()
                            + ": "
                            + String.join(" ", words)
                            + "\n    "
                            + e.getMessage());
                  }
                }));
    assertThat(wrong).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void commandsStandInBlocksThatAreRunOrSayWhyNot(Page page) {
    for (Block block : page.blocks()) {
      assertThat(LANGUAGES)
          .as("%s:%d: the language of the block", page, block.line())
          .contains(block.language());
      block
          .marker()
          .ifPresent(marker ->
              assertThat(marker)
                  .as(
                      "%s:%d: expected 'not run: REASON', 'run by: FILE' or 'file: NAME'",
                      page, block.line())
                  .matches(MARKER));
      if (!block.language().equals(SHELL)) {
        assertThat(block.lines())
            .as("%s:%d: commands stand in a block ```sh", page, block.line())
            .noneMatch(line -> COMMAND.matcher(line).matches());
      }
    }
    assertThat(page.prose())
        .as("%s: commands stand in a block ```sh", page)
        .noneMatch(line -> line.startsWith("    ") && COMMAND.matcher(line).matches());
  }

  @Test
  void whatRunsABlockElsewhereIsThere() throws IOException {
    for (Page page : pages()) {
      for (Block block : page.blocks()) {
        block
            .marker()
            .map(MARKER::matcher)
            .filter(m -> m.matches() && m.group(1) != null)
            .ifPresent(m -> assertThat(Page.ROOT.resolve(m.group(1))).isRegularFile());
      }
    }
  }

  @Test
  void readsShellAsAShellDoes() {
    assertThat(
            ShellLine.commands(
                List.of(
                    "A=1 echo 'x y' | neox-a -i - > out.txt 2>&1 # why",
                    "neox-b \\",
                    "  --c \"d e\" && if neox-f g; then :; fi",
                    "cat > a.yml <<'EOF'",
                    "neox-h: i",
                    "EOF")))
        .containsExactly(
            List.of("echo", "x y"),
            List.of("neox-a", "-i", "-"),
            List.of("neox-b", "--c", "d e"),
            List.of("neox-f", "g"),
            List.of(":"),
            List.of("fi"),
            List.of("cat"));
  }
}
