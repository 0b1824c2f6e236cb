package neox.parallel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import neox.parallel.Ranks.RankBody;
import neox.parallel.comm.InProcess;
import org.jspecify.annotations.Nullable;

/// See [Ranks#runInProcess].
final class InProcessRun {
  private final InProcess meetingPlace;
  private final AtomicReference<@Nullable Failed> first = new AtomicReference<>();

  private record Failed(Ranks ranks, Throwable cause) {}

  private InProcessRun(Duration patience) {
    this.meetingPlace = new InProcess(patience);
  }

  static void run(Topology topology, Duration patience, RankBody body) {
    InProcessRun run = new InProcessRun(patience);
    List<Thread> threads = new ArrayList<>();
    for (Ranks ranks : Ranks.inProcess(topology, run.meetingPlace)) {
      threads.add(Thread.ofPlatform().name(ranks.toString()).start(() -> run.body(body, ranks)));
    }
    run.join(threads);
    @Nullable Failed failed = run.first.get();
    if (failed != null) {
      throw named(failed);
    }
  }

  private void body(RankBody body, Ranks ranks) {
    try (ranks) {
      runOrFail(body, ranks);
    }
  }

  /// Fails before it leaves its groups, so that the others hear why.
  private void runOrFail(RankBody body, Ranks ranks) {
    try {
      body.run(ranks);
    } catch (Throwable e) {
      first.compareAndSet(null, new Failed(ranks, e));
      meetingPlace.fail(ranks.rank(), e);
    }
  }

  private void join(List<Thread> threads) {
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        threads.forEach(Thread::interrupt);
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted while the ranks were running", e);
      }
    }
  }

  /// A failed assertion stays one, so that tests report it as such.
  private static RuntimeException named(Failed failed) {
    if (failed.cause instanceof AssertionError) {
      throw new AssertionError(failed.ranks + ": " + failed.cause.getMessage(), failed.cause);
    }
    String firstLine = failed.cause.toString().lines().findFirst().orElseThrow();
    return new IllegalStateException(failed.ranks + ": " + firstLine, failed.cause);
  }
}
