package neox.base;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import neox.base.progress.ProgressMode;
import neox.base.progress.ProgressUnit;
import neox.base.terminal.StatusLine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProgressTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private int seconds;

  @Test
  void drawsOneLineOnATerminalAndWipesIt() {
    try (Progress progress = progress(console(true, false), 200, ProgressUnit.DOCUMENTS)) {
      progress.update(50, "a.txt");
      assertThat(drawn()).isEqualTo("\rreading [##--------] 25.0%  a.txt\u001b[K");
      err.reset();
    }
    assertThat(drawn()).isEqualTo("\r\u001b[K");
  }

  @Test
  void showsRateAndTimeLeft() {
    Progress progress = progress(console(true, false), 40_000_000, ProgressUnit.BYTES);
    progress.update(10_000_000, ""); // done by an earlier run
    seconds = 2;
    progress.update(20_000_000, "b.txt");
    assertThat(drawn())
        .endsWith("\rreading [#####-----] 50.0%  5.0 MB/s  ETA 0:00:04  b.txt\u001b[K");
  }

  @Test
  void countsWhenTheTotalIsUnknown() {
    try (Progress progress = progress(console(true, false), 0, ProgressUnit.DOCUMENTS)) {
      progress.update(1_234_567, "x");
      assertThat(drawn()).isEqualTo("\rreading 1,234,567 documents  x\u001b[K");
    }
  }

  @Test
  void writesALineEveryHalfMinuteWhereNobodyWatches() {
    Progress progress = progress(console(false, false), 1000, ProgressUnit.REQUESTS);
    for (seconds = 0; seconds <= 60; seconds++) {
      progress.update(10L * seconds, "");
    }
    progress.close();
    assertThat(drawn())
        .isEqualTo(
            """
            reading: 30.0%, 10 requests/s, ETA 0:01:10
            reading: 60.0%, 10 requests/s, ETA 0:00:40
            """);
  }

  @Test
  void writesNoLineForWorkThatLogsItself() {
    Progress progress =
        new Progress(
            console(false, false), "x", 9, ProgressUnit.STEPS, Progress.Log.OWN, this::nanos);
    seconds = 100;
    progress.update(5, "");
    assertThat(drawn()).isEmpty();
  }

  @Test
  void saysEverythingAsEventsForAProgram() {
    Console console = console(true, false).reporting(ProgressMode.JSON, "neox-probe");
    try (Progress progress = progress(console, 100, ProgressUnit.BYTES)) {
      for (seconds = 0; seconds <= 2; seconds++) {
        progress.update(10L * seconds, "a\n\"b\"");
        progress.update(10L * seconds, "too soon for another");
      }
    }
    console.warn("careful");
    console.made("out.bin", "7 documents");
    console.next("neox-probe out.bin");
    console.fail("neox-probe", FailureReport.of(new UserException("no")));
    assertThat(drawn().replaceAll("\"time\":\"[0-9-]+T[0-9:.]+Z\",\"tool\":\"neox-probe\",", ""))
        .isEqualTo(
            """
            {"event":"progress","work":"reading","done":0,"total":100,"unit":"bytes","seconds":0.0,\
            "rate":null,"eta_seconds":null,"detail":"a\\n\\"b\\""}
            {"event":"progress","work":"reading","done":10,"total":100,"unit":"bytes","seconds":1.0,\
            "rate":10.0,"eta_seconds":9,"detail":"a\\n\\"b\\""}
            {"event":"progress","work":"reading","done":20,"total":100,"unit":"bytes","seconds":2.0,\
            "rate":10.0,"eta_seconds":8,"detail":"a\\n\\"b\\""}
            {"event":"end","work":"reading","done":20,"total":100,"unit":"bytes","seconds":2.0,\
            "rate":10.0,"eta_seconds":8,"detail":"too soon for another"}
            {"event":"warning","text":"careful"}
            {"event":"made","path":"out.bin","about":"7 documents"}
            {"event":"next","command":"neox-probe out.bin"}
            {"event":"error","problems":["no"]}
            """);
  }

  @Test
  void isOffWhenThatIsAskedFor() {
    Console console = console(true, false).reporting(ProgressMode.OFF, "neox-probe");
    Progress progress = progress(console, 100, ProgressUnit.BYTES);
    seconds = 100;
    progress.update(50, "");
    assertThat(drawn()).isEmpty();
  }

  @Test
  void doesNotRedrawOnEveryUpdate() {
    try (Progress progress = progress(console(true, false), 0, ProgressUnit.DOCUMENTS)) {
      for (int i = 0; i < 100; i++) {
        progress.update(i, "rows");
      }
      assertThat(drawn()).isEqualTo("\rreading 0 documents  rows\u001b[K");
    }
  }

  @Test
  void isGoneBeforeAnythingElseIsPrinted() {
    Console console = console(true, false);
    try (Progress progress = progress(console, 0, ProgressUnit.DOCUMENTS)) {
      progress.update(1, "rows");
      console.warn("careful");
      console.info("%d more", 2);
    }
    assertThat(drawn())
        .isEqualTo("\rreading 1 documents  rows\u001b[K\r\u001b[Kwarning: careful\n2 more\n");
  }

  @Test
  void isGoneBeforeTheToolSaysWhyItFails() {
    Console console = console(true, false);
    progress(console, 0, ProgressUnit.DOCUMENTS).update(1, "rows");
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
    new Progress(console, label, 0, ProgressUnit.DOCUMENTS).show("5  rows");
    assertThat(drawn()).isEqualTo("\r" + shown + "\u001b[K");
  }

  @Test
  void isSilentWhenNobodyWatches() {
    try (Progress progress = progress(console(false, false), 100, ProgressUnit.DOCUMENTS)) {
      progress.update(50, "a.txt");
    }
    try (Progress progress = progress(console(true, true), 100, ProgressUnit.DOCUMENTS)) {
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

  private Progress progress(Console console, long total, ProgressUnit unit) {
    return new Progress(console, "reading", total, unit, Progress.Log.LINES, this::nanos);
  }

  private long nanos() {
    return seconds * 1_000_000_000L;
  }

  private String drawn() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Console console(boolean terminal, boolean quiet) {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new Console(InputStream.nullInputStream(), stream, stream, terminal, quiet);
  }
}
