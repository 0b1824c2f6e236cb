package neox.train.launch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import neox.base.Console;
import neox.base.ExitCode;

/// An ssh with an agent at its end. What the first host prints is printed here as it is, of others
/// what they say on standard error, with their name; how an agent reports its failure is kept.
final class SshSession implements AutoCloseable {
  /// Gives the process a session of its own: Ctrl-C is for the launcher, which hands it on.
  private static final Path SETSID = Path.of("/usr/bin/setsid");

  private static final String FAILURE = "neox-train: ";

  /// How ssh begins the line that says why it gives up, which is told at the end.
  private static final String OF_SSH = "ssh: ";

  private static final String STOP = "stop\n";

  /// What ssh itself ends with when it cannot connect, or no longer.
  private static final int NO_CONNECTION = 255;

  private static final Duration LAST_LINES = Duration.ofSeconds(1);

  private final String host;
  private final Process process;
  private final List<String> failure = new ArrayList<>();
  private final List<Thread> readers;
  private String lastLine = "";
  private long endedAtNanos;

  private SshSession(String host, Process process, boolean first, Console console) {
    this.host = host;
    this.process = process;
    PrintStream err = console.err();
    this.readers =
        List.of(
            reader(
                "output", process.inputReader(), first ? line -> out(console, line) : line -> {}),
            reader(
                "errors",
                process.errorReader(),
                line -> error(line, err, first ? "" : host + ": ")));
  }

  static SshSession start(String host, List<String> command, boolean first, Console console)
      throws IOException {
    List<String> words = new ArrayList<>();
    if (Files.isExecutable(SETSID)) {
      words.add(SETSID.toString());
    }
    words.addAll(command);
    return new SshSession(host, new ProcessBuilder(words).start(), first, console);
  }

  private Thread reader(String what, BufferedReader lines, Consumer<String> sink) {
    return Thread.ofPlatform()
        .name("%s %s".formatted(host, what))
        .daemon()
        .start(() -> {
          try (lines) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
              sink.accept(line);
            }
          } catch (IOException e) {
            // It was closed with its process.
          }
        });
  }

  private void out(Console console, String line) {
    console.out().println(line);
    console.out().flush();
  }

  private synchronized void error(String line, PrintStream err, String name) {
    if (line.startsWith(FAILURE)) {
      failure.clear();
      failure.add(line.substring(FAILURE.length()));
    } else if (!failure.isEmpty()) {
      failure.add(line);
    } else if (!line.isBlank()) {
      lastLine = line.strip();
      if (!line.startsWith(OF_SSH)) {
        err.println(name + line);
      }
    }
  }

  /// Notes when it is first seen to have ended.
  boolean isAlive() {
    boolean alive = process.isAlive();
    if (!alive && endedAtNanos == 0) {
      endedAtNanos = System.nanoTime();
    }
    return alive;
  }

  int code() {
    return process.isAlive() ? ExitCode.FAILED : process.exitValue();
  }

  long endedAtNanos() {
    return endedAtNanos;
  }

  boolean hasFailed() {
    return !process.isAlive() && code() != ExitCode.OK && code() != ExitCode.STOPPED;
  }

  /// Whether ssh has given up.
  boolean wasNeverThere() {
    return !process.isAlive() && code() == NO_CONNECTION;
  }

  /// Why it has failed, in one message.
  String failure() {
    awaitLastLines();
    return words();
  }

  private synchronized String words() {
    if (wasNeverThere()) {
      return "host %s: ssh has no connection%s; see that 'ssh %s true' works without a password"
          .formatted(host, lastLine.isEmpty() ? "" : ": " + lastLine, host);
    }
    if (!failure.isEmpty()) {
      return String.join("\n", failure);
    }
    return "host %s ended with exit code %d%s"
        .formatted(host, code(), lastLine.isEmpty() ? "" : ": " + lastLine);
  }

  private void awaitLastLines() {
    try {
      for (Thread reader : readers) {
        reader.join(LAST_LINES);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// Asks the agent to let its ranks save, and to end.
  void stop() {
    try {
      process.getOutputStream().write(STOP.getBytes(StandardCharsets.UTF_8));
      process.getOutputStream().flush();
    } catch (IOException e) {
      // It has ended.
    }
  }

  /// The agent ends with its standard input; so does ssh then.
  @Override
  public void close() throws IOException {
    try {
      process.getOutputStream().close();
    } catch (IOException e) {
      // It has ended.
    }
    try {
      if (!process.waitFor(LAST_LINES.toSeconds() * 5, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      awaitLastLines();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
