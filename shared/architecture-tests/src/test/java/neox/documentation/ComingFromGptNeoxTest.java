package neox.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ComingFromGptNeoxTest {
  private static final Path PAGE = Page.ROOT.resolve("docs/coming-from-gpt-neox.md");
  private static final Path COMMANDS =
      Path.of("src/test/resources/golden/gpt-neox-commands/commands.txt");

  @Test
  void everyScriptAndFlagOfGptNeoxIsTold() throws IOException {
    String page = Files.readString(PAGE);
    List<String> untold =
        Files.readAllLines(COMMANDS).stream()
            .filter(name -> !page.matches("(?s).*[`/ ]" + name.replace(".", "\\.") + "`.*"))
            .toList();
    assertThat(untold).isEmpty();
  }
}
