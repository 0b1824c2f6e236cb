package neox.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProgressTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void drawsOneLineOnATerminalAndWipesIt() {
    try (Progress progress = new Progress(console(true, false), "reading", 200)) {
      progress.update(50, "a.txt");
      assertThat(drawn()).isEqualTo("\rreading  25.0%  ETA 0:00:00  a.txt");
      err.reset();
    }
    assertThat(drawn()).isEqualTo("\r" + " ".repeat(34) + "\r");
  }

  @Test
  void countsWhenTheTotalIsUnknown() {
    try (Progress progress = new Progress(console(true, false), "reading", 0)) {
      progress.update(1_234_567, "rows");
      assertThat(drawn()).isEqualTo("\rreading 1,234,567  rows");
    }
  }

  @Test
  void doesNotRedrawOnEveryUpdate() {
    try (Progress progress = new Progress(console(true, false), "reading", 0)) {
      for (int i = 0; i < 100; i++) {
        progress.update(i, "rows");
      }
      assertThat(drawn()).isEqualTo("\rreading 0  rows");
    }
  }

  @Test
  void isSilentWhenNobodyWatches() {
    try (Progress progress = new Progress(console(false, false), "reading", 100)) {
      progress.update(50, "a.txt");
    }
    try (Progress progress = new Progress(console(true, true), "reading", 100)) {
      progress.update(50, "a.txt");
    }
    assertThat(drawn()).isEmpty();
  }

  @Test
  void writesTimesAsHoursMinutesAndSeconds() {
    assertThat(Progress.clock(0)).isEqualTo("0:00:00");
    assertThat(Progress.clock(3_661)).isEqualTo("1:01:01");
    assertThat(Progress.clock(360_000)).isEqualTo("100:00:00");
  }

  private String drawn() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Console console(boolean terminal, boolean quiet) {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new Console(InputStream.nullInputStream(), stream, stream, terminal, quiet);
  }
}
