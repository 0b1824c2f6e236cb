package neox.parallel;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import neox.parallel.Ranks.RankBody;
import neox.parallel.comm.InProcess;
import org.jspecify.annotations.Nullable;

/// The ranks of a program that is one process. The first rank is whoever starts them, and goes on
/// with its own work; each of the others is a thread that bears its name.
///
/// Where a rank fails, those that wait for it fail, too, and [#failure] tells the first reason.
/// [#close] is the end of the first rank: whoever waits for it ends.
public final class RankThreads implements AutoCloseable {
  /// No rank of a process can vanish unseen, and the first may ask for nothing for days.
  private static final Duration PATIENCE = Duration.ofDays(3650);

  private final InProcess meetingPlace;
  private final Ranks first;
  private final List<Thread> others = new ArrayList<>();
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

  private RankThreads(InProcess meetingPlace, Ranks first) {
    this.meetingPlace = meetingPlace;
    this.first = first;
  }

  /// Starts all ranks but the first.
  ///
  /// @param body of each of them; it starts with gradients on and opens its own scopes
  public static RankThreads start(Topology topology, RankBody body) {
    InProcess meetingPlace = new InProcess(PATIENCE);
    List<Ranks> ranks = Ranks.inProcess(topology, meetingPlace);
    RankThreads threads = new RankThreads(meetingPlace, ranks.getFirst());
    for (Ranks other : ranks.subList(1, ranks.size())) {
      Thread thread =
          Thread.ofPlatform()
              .daemon()
              .name(other.toString())
              .unstarted(() -> {
                try (other) {
                  threads.run(body, other);
                }
              });
      threads.others.add(thread);
      thread.start();
    }
    return threads;
  }

  /// Fails before it leaves its groups, so that the others hear why.
  private void run(RankBody body, Ranks ranks) {
    try {
      body.run(ranks);
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      meetingPlace.fail(ranks.rank(), e);
    }
  }

  /// The rank of whoever has started them.
  public Ranks first() {
    return first;
  }

  /// Why a rank has ended that should not have.
  public Optional<Throwable> failure() {
    return Optional.ofNullable(failure.get());
  }

  /// Ends the first rank and waits for the others.
  @Override
  public void close() {
    first.close();
    for (Thread other : others) {
      try {
        other.join();
      } catch (InterruptedException e) {
        others.forEach(Thread::interrupt);
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
