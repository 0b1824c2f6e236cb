package neox.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ConfigReferenceTest {
  private static final Path FILE = Path.of("../../docs/config-reference.md");

  @Test
  void theDocumentedKeysAreThoseOfTheProgram() throws IOException {
    if (Boolean.getBoolean("neox.update")) {
      Files.createDirectories(FILE.getParent());
      Files.writeString(FILE, ConfigReference.markdown());
    }
    assertThat(Files.readString(FILE))
        .as("docs/config-reference.md; bring it up to date with -Dneox.update=true")
        .isEqualTo(ConfigReference.markdown());
  }

  @Test
  void theHelpNamesTypeDefaultAndMeaning() {
    assertThat(ConfigReference.plain())
        .startsWith("Model\n  num_layers (integer; required): transformer blocks\n")
        .contains(
            "\n  seed (integer; 1234): of every random choice\n",
            """

              optimizer.params.betas (list of 2 numbers; –)
                  decay of the two moving averages; [0.9, 0.999], for lion [0.9, 0.99]
            """,
            "\nGeneration\n");
    assertThat(ConfigReference.plain().lines()).allSatisfy(l -> assertThat(l).hasSizeLessThan(200));
  }

  @Test
  void everyKeyIsDocumented() {
    assertThat(ConfigReference.keys())
        .hasSizeGreaterThan(90)
        .allSatisfy(key -> assertThat(key.documentation()).isNotBlank())
        .allSatisfy(key -> assertThat(key.section()).isNotBlank());
  }
}
