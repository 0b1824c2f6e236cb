package neox.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class MessagesTest {
  private static final Path PAGE = Page.ROOT.resolve("docs/messages.md");
  private static final Path TROUBLESHOOTING = Page.ROOT.resolve("docs/troubleshooting.md");

  @Test
  void everyMessageIsDocumented() throws IOException {
    if (Boolean.getBoolean("neox.update")) {
      Files.writeString(PAGE, Messages.page());
    }
    assertThat(Files.readString(PAGE))
        .as("docs/messages.md; bring it up to date with -Dneox.update=true")
        .isEqualTo(Messages.page());
  }

  @Test
  void everyGroupOfMessagesHasACauseAndAWayOut() throws IOException {
    Set<Messages.Group> used = new HashSet<>();
    for (String name : Messages.byPackage().keySet()) {
      used.add(Messages.of(name));
    }
    assertThat(Messages.groups())
        .doesNotHaveDuplicates()
        .allSatisfy(group -> assertThat(group.cause()).matches("\\p{Lu}.*\\."))
        .allSatisfy(group -> assertThat(group.remedy()).endsWith("."));
    assertThat(used).containsExactlyInAnyOrderElementsOf(Messages.groups());
  }

  /// What troubleshooting quotes is what the program says.
  @Test
  void whatTroubleshootingExplainsIsStillSaid() throws IOException {
    String said =
        Messages.byPackage().values().stream()
            .flatMap(Set::stream)
            .collect(Collectors.joining("\n"));
    Matcher heading =
        Pattern.compile("(?m)^### `(.*)`$").matcher(Files.readString(TROUBLESHOOTING));
    int explained = 0;
    while (heading.find()) {
      explained++;
      for (String part : heading.group(1).split("…", -1)) {
        assertThat(said).as(heading.group(1)).contains(part.strip());
      }
    }
    assertThat(explained).isGreaterThanOrEqualTo(30);
  }

  @Test
  void findsMessagesInSources() {
    assertThat(
            MessageScanner.messages(
                """
                throw UserException.of("%s: expected %d, found %,d%%;" + " give " + OPTION, a, "b c");
                throw new UserException(name("x y") + ": is \\"missing\\"");
                problems.add(origin(name, "no message"), "not valid: %s", why);
                log.info("not one");
                throw new UserException(message);
                """))
        .containsExactly("…: expected …, found …%; give …", "…: is \"missing\"", "not valid: …");
  }
}
