package neox.base;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
class StopRequestTest {
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @ParameterizedTest
  @ValueSource(strings = {"HUP", "INT", "TERM", "USR1"})
  void isMadeByEverySignalThatSchedulersAndTerminalsSend(String signal) throws Exception {
    assumeHeard(signal);
    try (StopRequest stop = StopRequest.listen(console())) {
      assertThat(stop.requested()).isFalse();
      send(signal, ProcessHandle.current().pid());
      while (err.size() == 0) { // printed after the request is made
        Thread.sleep(1);
      }
      assertThat(stop.requested()).isTrue();
    }
    assertThat(err.toString(StandardCharsets.UTF_8))
        .startsWith("SIG" + signal + ": stopping after");
  }

  @Test
  void endsTheProcessAtTheSecondInterruptAlone() throws Exception {
    assumeHeard("INT");
    Process process = start(Waiting.class);
    try (BufferedReader printed = process.errorReader()) {
      assertThat(printed.readLine()).isEqualTo("waiting");
      send("TERM", process.pid());
      assertThat(printed.readLine())
          .isEqualTo("SIGTERM: stopping after this step (Ctrl-C twice: at once, unsaved)");
      send("TERM", process.pid());
      send("USR1", process.pid());
      do { // the system may deliver two that follow each other closely as one
        send("INT", process.pid());
      } while (!process.waitFor(Duration.ofMillis(100)));
      assertThat(process.exitValue()).isEqualTo(128 + 2);
      assertThat(printed.readLine())
          .isEqualTo("warning: interrupted a second time: stopped at once, unsaved");
    } finally {
      process.destroyForcibly();
    }
  }

  /// A run that never comes to a good moment.
  static final class Waiting {
    public static void main(String[] arguments) throws InterruptedException {
      PrintStream err = System.err;
      Console console = new Console(InputStream.nullInputStream(), err, err, false, false);
      try (var _ = StopRequest.listen(console)) {
        err.println("waiting");
        Thread.sleep(Duration.ofMinutes(10));
      }
    }
  }

  /// Java leaves a signal alone that the process was started to ignore: `nohup` does so with HUP,
  /// and a shell with the INT of what it starts in the background.
  private static void assumeHeard(String signal) throws IOException {
    Path status = Path.of("/proc/self/status");
    String ignored =
        Files.readAllLines(status).stream()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow()
            .substring("SigIgn:".length())
            .strip();
    int number =
        switch (signal) {
          case "HUP" -> 1;
          case "INT" -> 2;
          case "USR1" -> 10;
          case "TERM" -> 15;
          default -> throw new IllegalArgumentException(signal);
        };
    assumeThat(Long.parseUnsignedLong(ignored, 16) >> (number - 1) & 1)
        .as("SIG%s is ignored here", signal)
        .isZero();
  }

  private static Process start(Class<?> main) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            main.getName())
        .start();
  }

  private static void send(String signal, long process) throws Exception {
    assertThat(new ProcessBuilder("kill", "-s", signal, Long.toString(process)).start().waitFor())
        .isZero();
  }

  private Console console() {
    PrintStream stream = new PrintStream(err, true, StandardCharsets.UTF_8);
    return new Console(InputStream.nullInputStream(), stream, stream, false, false);
  }
}
