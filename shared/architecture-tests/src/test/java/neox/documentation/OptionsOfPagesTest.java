package neox.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Options that the text of pages names are options of a tool, of GPT-NeoX, or of another program
/// that is known here.
class OptionsOfPagesTest {
  private static final Pattern CODE = Pattern.compile("`([^`]*)`");
  private static final Pattern OPTION = Pattern.compile("(?<![\\w-])--[a-z][a-z0-9_-]*");

  /// Those of Slurm, XZ, the hub and the harness, and one that is gone.
  private static final Set<String> OF_OTHERS =
      Set.of("--signal", "--ntasks", "--long", "--local-dir", "--deterministic", "--wandb_args");

  private static Set<String> known() throws IOException {
    Stream<String> ours =
        Tools.commands()
            .flatMap(command -> command.options().stream())
            .flatMap(option -> Stream.of(option.names()));
    Stream<String> theirs =
        Files.readAllLines(Path.of("src/test/resources/golden/gpt-neox-commands/commands.txt"))
            .stream();
    return Stream.of(ours, theirs, OF_OTHERS.stream())
        .flatMap(names -> names)
        .collect(Collectors.toSet());
  }

  static List<Page> pages() throws IOException {
    return Page.all().stream().filter(page -> !page.path().contains("decisions")).toList();
  }

  @ParameterizedTest
  @MethodSource("pages")
  void optionsThatAreNamedExist(Page page) throws IOException {
    Set<String> known = known();
    List<String> unknown = new ArrayList<>();
    List<String> prose = page.prose();
    for (int i = 0; i < prose.size(); i++) {
      for (Matcher code = CODE.matcher(prose.get(i)); code.find(); ) {
        for (Matcher option = OPTION.matcher(code.group(1)); option.find(); ) {
          if (!known.contains(option.group())) {
            unknown.add(page + ":" + (i + 1) + ": " + option.group());
          }
        }
      }
    }
    assertThat(unknown).isEmpty();
  }
}
