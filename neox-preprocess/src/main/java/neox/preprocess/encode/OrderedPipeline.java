package neox.preprocess.encode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/// One thread reads tasks, several work on them, and the caller's thread receives the results in
/// the order of the tasks.
///
/// At most a fixed number of tasks, and of their bytes, is under way, so memory is bounded however
/// unequal the three speeds are. The first failure, in the order of the tasks, ends the run.
public final class OrderedPipeline<T, R> {
  private static final int SLOTS_PER_WORKER = 4;
  private static final long READER_GRACE_MILLIS = 200;
  private static final long STOP_POLL_MILLIS = 100;

  /// Gives the next task; empty at the end.
  public interface Source<T> {
    Optional<T> next() throws IOException;
  }

  /// Works on one task; each thread has its own.
  public interface Worker<T, R> {
    R apply(T task);
  }

  /// Receives the results.
  public interface Sink<R> {
    void accept(R result) throws IOException;
  }

  /// How much may be under way.
  ///
  /// @param bytes of all tasks together; a larger task goes alone
  /// @param weight the bytes of one task, its result included
  public record Bounds<T>(int workers, long bytes, ToLongFunction<T> weight) {
    /// Bounded by the number of tasks alone.
    static <T> Bounds<T> ofWorkers(int workers) {
      return new Bounds<>(workers, Long.MAX_VALUE, task -> 0);
    }
  }

  /// A task on its way. No task marks the end.
  private record Slot<T, R>(Optional<T> task, long bytes, CompletableFuture<R> result) {
    Slot(Optional<T> task, long bytes) {
      this(task, bytes, new CompletableFuture<>());
    }
  }

  private final Source<T> source;
  private final int workers;
  private final ToLongFunction<T> weight;
  private final ByteBudget budget;
  private final BlockingQueue<Slot<T, R>> waiting;
  private final BlockingQueue<Slot<T, R>> ordered;

  private OrderedPipeline(Source<T> source, Bounds<T> bounds) {
    this.source = source;
    this.workers = bounds.workers();
    this.weight = bounds.weight();
    this.budget = new ByteBudget(bounds.bytes());
    this.waiting = new ArrayBlockingQueue<>(workers * SLOTS_PER_WORKER);
    this.ordered = new ArrayBlockingQueue<>(workers * SLOTS_PER_WORKER);
  }

  /// Runs until the source is empty, something fails, or `stop` says so; no thread outlives the
  /// call, except a reader that is stuck in a read nobody can interrupt (a daemon, so it does not
  /// keep the process up). Returns whether the source was emptied.
  public static <T, R> boolean run(
      Source<T> source,
      Supplier<Worker<T, R>> worker,
      Bounds<T> bounds,
      Sink<R> sink,
      BooleanSupplier stop)
      throws IOException, InterruptedException {
    OrderedPipeline<T, R> pipeline = new OrderedPipeline<>(source, bounds);
    Thread reader = Thread.ofPlatform().daemon().name("neox-read").unstarted(pipeline::read);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < bounds.workers(); i++) {
      Worker<T, R> own = worker.get();
      threads.add(Thread.ofPlatform().name("neox-encode-" + i).unstarted(() -> pipeline.work(own)));
    }
    try {
      reader.start();
      threads.forEach(Thread::start);
      return pipeline.drain(sink, stop);
    } finally {
      reader.interrupt();
      threads.forEach(Thread::interrupt);
      for (Thread thread : threads) {
        thread.join();
      }
      reader.join(READER_GRACE_MILLIS);
    }
  }

  private void read() {
    try {
      Slot<T, R> slot;
      do {
        slot = nextSlot();
        ordered.put(slot);
        if (!slot.result().isDone()) {
          waiting.put(slot);
        }
      } while (slot.task().isPresent());
      for (int i = 1; i < workers; i++) {
        waiting.put(slot); // the end, once for every worker
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the receiving side has given up
    }
  }

  private Slot<T, R> nextSlot() throws InterruptedException {
    try {
      Optional<T> task = source.next();
      long bytes = task.isPresent() ? weight.applyAsLong(task.get()) : 0;
      budget.acquire(bytes);
      return new Slot<>(task, bytes);
    } catch (IOException | RuntimeException | Error e) {
      Slot<T, R> failed = new Slot<>(Optional.empty(), 0);
      failed.result().completeExceptionally(e);
      return failed;
    }
  }

  private void work(Worker<T, R> worker) {
    try {
      for (Slot<T, R> slot = waiting.take(); slot.task().isPresent(); slot = waiting.take()) {
        try {
          slot.result().complete(worker.apply(slot.task().get()));
        } catch (RuntimeException | Error e) {
          slot.result().completeExceptionally(e);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the receiving side has given up
    }
  }

  private boolean drain(Sink<R> sink, BooleanSupplier stop)
      throws IOException, InterruptedException {
    while (!stop.getAsBoolean()) {
      // A source that waits for its own input must not keep the run from stopping.
      Slot<T, R> slot = ordered.poll(STOP_POLL_MILLIS, TimeUnit.MILLISECONDS);
      if (slot == null) {
        continue;
      }
      if (isEnd(slot)) {
        return true;
      }
      try {
        sink.accept(slot.result().get());
      } catch (ExecutionException e) {
        throw rethrown(Objects.requireNonNull(e.getCause()));
      }
      budget.release(slot.bytes());
    }
    return false;
  }

  private boolean isEnd(Slot<T, R> slot) {
    return slot.task().isEmpty() && !slot.result().isCompletedExceptionally();
  }

  private static IOException rethrown(Throwable cause) {
    return switch (cause) {
      case IOException e -> e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(cause);
    };
  }
}
