package neox.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptHelpTest {
  @TempDir Path directory;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int print(Path file) {
    Console console =
        new Console(
            new ByteArrayInputStream(new byte[0]),
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            false,
            false);
    return KeptHelp.print(console, "neox-probe", file);
  }

  @Test
  void printsThePage() throws IOException {
    Path page = directory.resolve("neox-probe");
    Files.writeString(
        page, "UUsage: neox-probe \t[OPTIONS]\nB\nTProbes.\nL--all\tEverything.\nEls\tLists.\n");
    assertThat(print(page)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8).lines())
        .containsExactly(
            "Usage: neox-probe [OPTIONS]",
            "",
            "Probes.",
            "      --all               Everything.",
            "  ls                      Lists.");
  }

  @Test
  void aMissingPageIsNamed() {
    Path page = directory.resolve("none");
    assertThat(print(page)).isEqualTo(ExitCode.USAGE);
    assertThat(err.toString(StandardCharsets.UTF_8))
        .isEqualTo("neox-probe: " + page + ": no such file or directory\n");
  }
}
