package neox.documentation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine.Model.CommandSpec;

class CliReferenceTest {
  private static final Path FOLDER = Page.ROOT.resolve("docs/cli");

  static Stream<Named<CommandSpec>> tools() {
    return Tools.tools().stream().map(tool -> Named.of(tool.name(), tool));
  }

  @ParameterizedTest
  @MethodSource("tools")
  void theDocumentedOptionsAreThoseOfTheTool(CommandSpec tool) throws IOException {
    Path file = FOLDER.resolve(tool.name() + ".md");
    if (Boolean.getBoolean("neox.update")) {
      Files.createDirectories(FOLDER);
      Files.writeString(file, CliReference.of(tool));
    }
    assertThat(Files.readString(file))
        .as("%s; bring it up to date with -Dneox.update=true", file)
        .isEqualTo(CliReference.of(tool));
  }
}
