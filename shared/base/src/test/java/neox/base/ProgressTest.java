package neox.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import neox.base.terminal.StatusLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @Test
  void drawsOneLineOnATerminalAndWipesIt() {
    try (Progress progress = new Progress(console(true, false), "reading", 200)) {
      progress.update(50, "a.txt");
      assertThat(drawn()).isEqualTo("\rreading [##--------] 25.0%  a.txt\u001b[K");
      err.reset();
    }
    assertThat(drawn()).isEqualTo("\r\u001b[K");
  }

  @Test
  void countsWhenTheTotalIsUnknown() {
    try (Progress progress = new Progress(console(true, false), "reading", 0)) {
      progress.update(1_234_567, "rows");
      assertThat(drawn()).isEqualTo("\rreading 1,234,567  rows\u001b[K");
    }
  }

  @Test
  void doesNotRedrawOnEveryUpdate() {
    try (Progress progress = new Progress(console(true, false), "reading", 0)) {
      for (int i = 0; i < 100; i++) {
        progress.update(i, "rows");
      }
      assertThat(drawn()).isEqualTo("\rreading 0  rows\u001b[K");
    }
  }

  @Test
  void isGoneBeforeAnythingElseIsPrinted() {
    Console console = console(true, false);
    try (Progress progress = new Progress(console, "reading", 0)) {
      progress.update(1, "rows");
      console.warn("careful");
      console.info("%d more", 2);
    }
    assertThat(drawn()).isEqualTo("\rreading 1  rows\u001b[K\r\u001b[Kwarning: careful\n2 more\n");
  }

  @Test
  void isGoneBeforeTheToolSaysWhyItFails() {
    Console console = console(true, false);
    new Progress(console, "reading", 0).update(1, "rows");
    console.fail("neox-probe", FailureReport.of(new UserException("no")));
    assertThat(drawn()).endsWith("\r\u001b[Kneox-probe: no\n");
  }

  /// Width of the terminal, label, and what stands there: one column stays empty, a wide character
  /// is not halved, and names cannot move the cursor.
  @ParameterizedTest
  @CsvSource({
    "20, downloading a/very/long/name, downloading a/very/",
    "20, 下载 一个文件一个文件, 下载 一个文件一个文",
    "21, 下载 一个文件一个文件, 下载 一个文件一个文",
    "22, 下载 一个文件一个文件, 下载 一个文件一个文件",
    "6, e\u0301e\u0301e\u0301, e\u0301e\u0301e\u0301 5",
    "19, a\u001b[2J, a\\u001b[2J 5  rows",
    "1, reading, ''"
  })
  void fitsIntoTheTerminal(int columns, String label, String shown) {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    StatusLine line = StatusLine.on(stream, () -> columns);
    Console console = new Console(InputStream.nullInputStream(), stream, stream, line, false);
    new Progress(console, label, 0).update(5, "rows");
    assertThat(drawn()).isEqualTo("\r" + shown + "\u001b[K");
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
