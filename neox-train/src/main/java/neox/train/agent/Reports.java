package neox.train.agent;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import neox.base.Console;
import neox.base.Progress;
import neox.base.Tool;
import neox.base.progress.ProgressUnit;
import neox.train.heartbeat.Beat;
import neox.train.heartbeat.JobBeat;
import org.jspecify.annotations.Nullable;

/// What the first agent tells of its job while it runs: the heartbeat file, written by a thread of
/// its own, for disks may be slow, and a line on the terminal.
final class Reports implements AutoCloseable {
  private static final Duration PERIOD = Duration.ofMillis(500);

  private static final Duration LAST = Duration.ofSeconds(2);

  private final Optional<Path> directory;
  private final Console console;
  private final AtomicReference<@Nullable JobBeat> latest = new AtomicReference<>();
  private final Thread writer =
      Thread.ofPlatform().name("job-heartbeat").daemon().unstarted(this::write);
  private @Nullable Progress progress;
  private boolean warned;

  private Reports(Optional<Path> directory, Console console) {
    this.directory = directory;
    this.console = console;
  }

  /// @param directory for the file; without one there is none
  static Reports open(Optional<Path> directory, Console console) throws IOException {
    Reports reports = new Reports(directory, console);
    if (directory.isPresent()) {
      Files.createDirectories(directory.get());
      reports.writer.start();
    }
    return reports;
  }

  /// How the ranks are now.
  void tell(String state, int restarts, List<RankView> ranks) {
    JobBeat beat =
        new JobBeat(
            System.currentTimeMillis(),
            ProcessHandle.current().pid(),
            state,
            restarts,
            ranks.stream()
                .map(rank -> new JobBeat.Member(rank.rank(), rank.host(), rank.beat()))
                .toList());
    latest.set(beat);
    beat.slowest().filter(last -> last.lastStep() > 0).ifPresent(this::draw);
  }

  private void draw(Beat last) {
    if (console.events().isPresent()) {
      return; // the first rank tells of its steps itself
    }
    if (progress == null) {
      progress =
          new Progress(console, "training", last.lastStep(), ProgressUnit.STEPS, Progress.Log.OWN);
    }
    progress.update(
        last.step(),
        "step %,d of %,d  %s".formatted(last.step(), last.lastStep(), last.phase().words()));
  }

  private void write() {
    try {
      while (true) {
        Thread.sleep(PERIOD);
        writeLatest();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeLatest() {
    JobBeat beat = latest.getAndSet(null);
    if (beat == null || directory.isEmpty()) {
      return;
    }
    try {
      beat.write(directory.get());
    } catch (IOException e) {
      if (!warned) {
        warned = true;
        console.warn("the job's heartbeat is not written: %s", Tool.describe(e));
      }
    }
  }

  /// Writes what was told last.
  @Override
  public void close() {
    if (directory.isPresent()) {
      try {
        writer.interrupt();
        writer.join(LAST);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      writeLatest();
    }
    if (progress != null) {
      progress.close();
    }
  }
}
