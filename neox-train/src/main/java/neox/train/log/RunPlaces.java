package neox.train.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.base.Console;
import neox.base.Tool;
import neox.config.NeoxConfig;
import neox.monitor.RunDirectory;
import neox.train.loop.RunHook;
import neox.train.loop.StepOutcome;

/// The directories in which a run keeps its records, held against other runs. Not thread-safe.
public final class RunPlaces implements AutoCloseable, RunHook {
  private final Optional<RunIdentity> identity;
  private final Optional<RunDirectory> metrics;
  private final Optional<RunDirectory> tensorBoard;
  private final Console console;
  private boolean begun;

  private RunPlaces(
      Optional<RunIdentity> identity,
      Optional<RunDirectory> metrics,
      Optional<RunDirectory> tensorBoard,
      Console console) {
    this.identity = identity;
    this.metrics = metrics;
    this.tensorBoard = tensorBoard;
    this.console = console;
  }

  /// Those of a rank that records nothing.
  public static RunPlaces none(Console console) {
    return new RunPlaces(Optional.empty(), Optional.empty(), Optional.empty(), console);
  }

  /// Takes the configured directories, or others below them where an earlier run's records lie.
  public static RunPlaces claim(NeoxConfig config, Console console) throws IOException {
    RunIdentity identity = RunIdentity.of(config.checkpoint());
    Path logs = root(config);
    RunDirectory metrics = claim(logs, identity, console);
    try {
      Optional<Path> events = config.monitor().tensorboardDir();
      Optional<RunDirectory> tensorBoard =
          events.isPresent()
              ? Optional.of(
                  isSame(events.get(), logs) ? metrics : claim(events.get(), identity, console))
              : Optional.empty();
      return new RunPlaces(Optional.of(identity), Optional.of(metrics), tensorBoard, console);
    } catch (IOException | RuntimeException e) {
      metrics.close();
      throw e;
    }
  }

  /// Where a run's records are kept, unless those of another run are there.
  public static Path root(NeoxConfig config) {
    return config.monitor().logDir().or(() -> config.checkpoint().save()).orElse(Path.of(""));
  }

  /// Where an agent keeps the logs of its ranks, and the heartbeat of the job.
  public static Optional<Path> logsOfRanks(NeoxConfig config) {
    return config
        .monitor()
        .logDir()
        .or(() -> config.checkpoint().save().map(save -> save.resolve("logs")));
  }

  private static boolean isSame(Path a, Path b) {
    return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
  }

  private static RunDirectory claim(Path root, RunIdentity identity, Console console)
      throws IOException {
    RunDirectory directory = RunDirectory.claim(root, identity.id());
    if (!directory.path().equals(root)) {
      console.info(
          "%s holds the records of another run; this one's go to %s", root, directory.path());
    }
    return directory;
  }

  /// Which run it is, on the rank that records.
  public Optional<String> identity() {
    return identity.map(RunIdentity::id);
  }

  /// Where its records lie, on the rank that records.
  public Optional<Path> records() {
    return metrics();
  }

  Optional<Path> metrics() {
    return metrics.map(RunDirectory::path);
  }

  Optional<Path> tensorBoard() {
    return tensorBoard.map(RunDirectory::path);
  }

  /// After the first step there is something to keep, and the directories are the run's own.
  @Override
  public void after(StepOutcome outcome) {
    if (begun) {
      return;
    }
    begun = true;
    try {
      if (identity.isPresent()) {
        identity.get().keep();
      }
      for (RunDirectory directory : directories()) {
        directory.keep();
      }
    } catch (IOException e) {
      console.warn(
          "%s; another run may take the records of this one for nobody's", Tool.describe(e));
    }
  }

  private List<RunDirectory> directories() {
    return Stream.of(metrics, tensorBoard).flatMap(Optional::stream).distinct().toList();
  }

  @Override
  public void close() throws IOException {
    for (RunDirectory directory : directories()) {
      directory.close();
    }
  }
}
