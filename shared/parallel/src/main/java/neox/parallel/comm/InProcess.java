package neox.parallel.comm;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// The meeting place of ranks that are threads of this process, one thread each: every parallel
/// program can be tested without starting processes.
///
/// Groups are created by one thread, before the ranks start. Everything here is guarded by one
/// lock, and every change of what somebody may wait for is signalled to all.
public final class InProcess {
  private final Duration timeout;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private @Nullable Failure failure;

  /// What ended the whole.
  private record Failure(int rank, Throwable cause) {}

  /// @param timeout how long a rank waits for the others before it fails
  public InProcess(Duration timeout) {
    this.timeout = timeout;
  }

  /// A group of these ranks of the world: one communicator for each, in order.
  public List<Communicator> group(String name, List<Integer> ranks) {
    if (ranks.size() == 1) {
      return List.of(Communicator.alone());
    }
    InProcessGroup group = new InProcessGroup(name, List.copyOf(ranks), this);
    List<Communicator> members = new ArrayList<>();
    for (int rank = 0; rank < ranks.size(); rank++) {
      members.add(new InProcessCommunicator(group, rank));
    }
    return List.copyOf(members);
  }

  /// Ends everything: ranks that wait, and those that will, fail with this reason. The first call
  /// counts.
  public void fail(int rank, Throwable cause) {
    locked(() -> {
      if (failure == null) {
        failure = new Failure(rank, cause);
      }
    });
  }

  /// Runs `change` alone and tells all who wait.
  void locked(Runnable change) {
    lock.lock();
    try {
      change.run();
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /// Waits until nobody is missing any more.
  ///
  /// @param who the waiting rank and its operation, for messages
  /// @param missing evaluated alone
  void await(String who, Supplier<Missing> missing) {
    long remaining = timeout.toNanos();
    lock.lock();
    try {
      for (Missing now = missing.get(); !now.ranks.isEmpty(); now = missing.get()) {
        refuseTheHopeless(who, now);
        if (remaining <= 0) {
          throw new CommunicationException(
              "%s: waited %s for %s of the world, busy, stuck or at something else"
                  .formatted(who, seconds(), ranks(now.ranks)));
        }
        remaining = changed.awaitNanos(remaining);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommunicationException(who + ": interrupted", e);
    } finally {
      lock.unlock();
    }
  }

  /// Ranks of the world that somebody waits for, and those of its group that have left.
  record Missing(List<Integer> ranks, Set<Integer> left) {
    static final Missing NOBODY = new Missing(List.of(), Set.of());
  }

  private void refuseTheHopeless(String who, Missing missing) {
    if (failure != null) {
      throw new CommunicationException(
          "%s: rank %d of the world failed: %s".formatted(who, failure.rank, failure.cause),
          failure.cause);
    }
    List<Integer> gone = missing.ranks.stream().filter(missing.left::contains).toList();
    if (!gone.isEmpty()) {
      throw new CommunicationException(
          "%s: %s of the world left the group".formatted(who, ranks(gone)));
    }
  }

  private static String ranks(List<Integer> ranks) {
    return ranks.stream()
        .map(String::valueOf)
        .collect(Collectors.joining(", ", ranks.size() > 1 ? "ranks " : "rank ", ""));
  }

  private String seconds() {
    return String.format(
        Locale.ROOT, "%.3g s", timeout.toNanos() / (double) TimeUnit.SECONDS.toNanos(1));
  }
}
