package neox.train.checkpoint;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.jspecify.annotations.Nullable;

/// One piece of work at a time in a thread of its own, which begins with something that must not be
/// disturbed. Its methods belong to one other thread, the caller's.
final class BackgroundWork {
  private final String thread;
  private @Nullable Flight flight;

  /// @param undisturbed reaches zero when the beginning is over
  private record Flight(FutureTask<Void> task, CountDownLatch undisturbed) {}

  /// @param thread its name
  BackgroundWork(String thread) {
    this.thread = thread;
  }

  /// Starts work; what was started before must have been awaited.
  ///
  /// @param beginning what [#awaitBeginning] waits for
  void start(Runnable beginning, Callable<Void> rest) {
    if (flight != null) {
      throw new IllegalStateException("the work before has not been awaited");
    }
    CountDownLatch undisturbed = new CountDownLatch(1);
    FutureTask<Void> task =
        new FutureTask<>(() -> {
          try {
            beginning.run();
          } finally {
            undisturbed.countDown();
          }
          return rest.call();
        });
    flight = new Flight(task, undisturbed);
    Thread.ofPlatform().name(thread).start(task);
  }

  boolean isUnderWay() {
    return flight != null;
  }

  /// Whether what was started has ended and waits to be asked how.
  boolean isDone() {
    return flight != null && flight.task.isDone();
  }

  /// Returns when the work, if there is some, is past its beginning.
  void awaitBeginning() {
    Flight now = flight;
    if (now != null) {
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
    try {
      now.task.get();
    } catch (InterruptedException e) {
      throw interrupted(e);
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case IOException cause -> throw cause;
        case RuntimeException cause -> throw cause;
        case Error cause -> throw cause;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while a checkpoint was being written", e);
  }
}
