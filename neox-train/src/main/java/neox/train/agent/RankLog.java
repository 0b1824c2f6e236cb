package neox.train.agent;

import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.Console;
import neox.base.NamedFiles;
import neox.base.Tool;

/// Where the lines of a rank go: all to its log, those of the first rank to the console as they
/// are, and of the others what they say on standard error, with their name. How a rank reports its
/// own failure is kept for whoever decides which rank is at fault. Thread-safe.
final class RankLog implements AutoCloseable {
  private static final String FAILURE = "neox-train: ";

  /// How a JVM that crashes begins the line that says why, on standard output.
  private static final List<String> CRASH =
      List.of("#  SIG", "#  Internal Error", "# Native memory");

  private static final int MOST_LINES = 200;

  private final Console console;
  private final String name;
  private final Voice voice;
  private final Optional<Writer> file;
  private final List<String> failure = new ArrayList<>();
  private Optional<String> lastLine = Optional.empty();
  private boolean incomplete;

  /// Who hears a rank.
  enum Voice {
    /// The first speaks for all.
    AS_IT_IS,
    ERRORS_ALONE
  }

  private RankLog(Console console, String name, Voice voice, Optional<Writer> file) {
    this.console = console;
    this.name = name;
    this.voice = voice;
    this.file = file;
  }

  /// @param directory for the log, which is continued
  /// @param name of the rank, for people
  static RankLog open(Optional<Path> directory, int rank, String name, Voice voice, Console console)
      throws IOException {
    if (directory.isEmpty()) {
      return new RankLog(console, name, voice, Optional.empty());
    }
    Files.createDirectories(directory.get());
    Writer writer =
        NamedFiles.newBufferedWriter(
            file(directory.get(), rank), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    return new RankLog(console, name, voice, Optional.of(writer));
  }

  /// The log of a rank.
  static Path file(Path directory, int rank) {
    return directory.resolve("rank-%d.log".formatted(rank));
  }

  /// A line that only the log gets.
  synchronized void note(String line) {
    keep(line);
  }

  /// A line of the rank's standard output.
  synchronized void output(String line) {
    keep(line);
    if (CRASH.stream().anyMatch(line::startsWith)) {
      lastLine = Optional.of(line.substring(1).strip());
    }
    if (voice == Voice.AS_IT_IS) {
      console.out().println(line);
      console.out().flush();
    }
  }

  /// A line of the rank's standard error.
  synchronized void error(String line) {
    keep(line);
    if (line.startsWith(FAILURE)) {
      failure.clear();
      failure.add(line.substring(FAILURE.length()));
    } else if (!failure.isEmpty()) {
      if (failure.size() < MOST_LINES) {
        failure.add(line);
      }
    } else if (!line.isBlank()) {
      lastLine = Optional.of(line);
      console.err().println(voice == Voice.AS_IT_IS ? line : name + ": " + line);
    }
  }

  private void keep(String line) {
    if (file.isPresent()) {
      try {
        file.get().append(line).append('\n').flush();
      } catch (IOException e) {
        if (!incomplete) {
          incomplete = true;
          console.warn("the log of %s is incomplete: %s", name, Tool.describe(e));
        }
      }
    }
  }

  synchronized LastWords lastWords(boolean outOfMemory) {
    return new LastWords(failure, lastLine, outOfMemory);
  }

  @Override
  public synchronized void close() throws IOException {
    if (file.isPresent()) {
      file.get().close();
    }
  }
}
