package neox.train.agent;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import neox.base.NamedFiles;
import neox.train.agent.RankView.Ended;
import neox.train.agent.RankView.Life;
import neox.train.agent.RankView.Running;
import neox.train.heartbeat.Beat;
import org.jspecify.annotations.Nullable;

/// The process of one rank. It belongs to the thread that starts it, and must not outlive that: the
/// system kills the process with the thread.
final class RankProcess implements AutoCloseable {
  private static final Duration LAST_LINES = Duration.ofSeconds(1);

  private final Process process;
  private final Place place;
  private final List<Thread> readers;
  private final long startedAtMillis = System.currentTimeMillis();
  private @Nullable Ended end;

  /// What a process has to itself.
  ///
  /// @param rank its number in the job
  /// @param beat the file of its heartbeat
  record Place(int rank, String host, Path beat, RankLog log) {
    String name() {
      return "rank %d (%s)".formatted(rank, host);
    }
  }

  private RankProcess(Process process, Place place) {
    this.process = process;
    this.place = place;
    this.readers =
        List.of(
            reader("output", process.inputReader(), place.log()::output),
            reader("errors", process.errorReader(), place.log()::error));
  }

  /// @param environment of the rank besides the agent's
  static RankProcess start(List<String> command, Map<String, String> environment, Place place)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    return new RankProcess(builder.start(), place);
  }

  private Thread reader(String what, BufferedReader lines, Consumer<String> sink) {
    return Thread.ofPlatform()
        .name("rank %d %s".formatted(place.rank(), what))
        .daemon()
        .start(() -> read(lines, sink));
  }

  private static void read(BufferedReader lines, Consumer<String> sink) {
    try (lines) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        sink.accept(line);
      }
    } catch (IOException e) {
      // It was closed with its process.
    }
  }

  /// @param outOfMemory whether the kernel has killed a process here since the start
  RankView view(boolean outOfMemory) {
    return new RankView(place.rank(), place.host(), life(outOfMemory), beat());
  }

  private Life life(boolean outOfMemory) {
    if (end == null && !process.isAlive()) {
      long nowMillis = System.currentTimeMillis();
      awaitLastLines();
      end = new Ended(process.exitValue(), nowMillis, place.log().lastWords(outOfMemory));
    }
    return end == null ? new Running(startedAtMillis, isStopped()) : end;
  }

  /// A process that it has started itself may hold the streams open.
  private void awaitLastLines() {
    try {
      for (Thread reader : readers) {
        reader.join(LAST_LINES);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /// The third word of the line, after a name in parentheses, is T.
  private boolean isStopped() {
    try {
      String line = NamedFiles.readString(Path.of("/proc/%d/stat".formatted(process.pid())));
      return line.regionMatches(line.lastIndexOf(')') + 1, " T", 0, 2);
    } catch (IOException e) {
      return false; // another system, or it has just ended
    }
  }

  private Optional<Beat> beat() {
    try {
      return Beat.parse(NamedFiles.readString(place.beat()));
    } catch (IOException e) {
      return Optional.empty(); // none yet
    }
  }

  /// Asks it to save and to end.
  void stop() {
    // Process.destroy would close its standard input, too, which ends it unsaved (ParentWatch).
    process.toHandle().destroy();
  }

  /// Ends it at once, also when it is stopped.
  void kill() {
    process.destroyForcibly();
  }

  /// Kills it and waits for its end.
  @Override
  public void close() throws IOException {
    kill();
    try {
      process.waitFor();
      awaitLastLines();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.outputWriter().close();
      place.log().close();
    }
  }
}
