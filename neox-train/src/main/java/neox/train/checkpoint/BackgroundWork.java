package neox.train.checkpoint;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import neox.base.Futures;
import neox.base.process.Niceness;
import org.jspecify.annotations.Nullable;

/// One piece of work at a time in a thread of its own, which may leave the processors to others
/// until the caller had to wait for it once. It begins with something that must not be disturbed,
/// and that whoever waits for it helps with. The methods belong to one other thread, the caller's.
final class BackgroundWork {
  private final String thread;
  private Niceness niceness;
  private @Nullable Flight flight;

  /// @param undisturbed reaches zero when the thread is past its beginning
  private record Flight(FutureTask<Void> task, Runnable beginning, CountDownLatch undisturbed) {}

  /// @param thread its name
  /// @param niceness of the thread until the caller had to wait for it
  BackgroundWork(String thread, Niceness niceness) {
    this.thread = thread;
    this.niceness = niceness;
  }

  /// Starts work; what was started before must have been awaited.
  ///
  /// @param beginning what [#awaitBeginning] waits for; two threads may run it at once, and it is
  ///   done when both have returned
  void start(Runnable beginning, Callable<Void> rest) {
    if (flight != null) {
      throw new IllegalStateException("the work before has not been awaited");
    }
    Niceness now = niceness;
    CountDownLatch undisturbed = new CountDownLatch(1);
    FutureTask<Void> task =
        new FutureTask<>(() -> {
          try {
            now.adopt();
            beginning.run();
          } finally {
            undisturbed.countDown();
          }
          return rest.call();
        });
    flight = new Flight(task, beginning, undisturbed);
    Thread.ofPlatform().name(thread).start(task);
  }

  boolean isUnderWay() {
    return flight != null;
  }

  /// Whether what was started has ended and waits to be asked how.
  boolean isDone() {
    return flight != null && flight.task.isDone();
  }

  /// Returns when the work, if there is some, is past its beginning; does what is left of that.
  void awaitBeginning() {
    Flight now = flight;
    if (now != null) {
      now.beginning.run();
      try {
        now.undisturbed.await();
      } catch (InterruptedException e) {
        throw interrupted(e);
      }
    }
  }

  /// Returns when the work, if there is some, has ended; throws what it has thrown.
  void await() throws IOException {
    Flight now = flight;
    if (now == null) {
      return;
    }
    flight = null;
    if (!now.task.isDone()) {
      niceness = Niceness.AS_IT_IS; // the next is to be done in time
    }
    try {
      Futures.result(now.task);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while a checkpoint was being written", e);
  }
}
