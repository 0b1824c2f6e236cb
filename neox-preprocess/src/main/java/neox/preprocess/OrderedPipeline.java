package neox.preprocess;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.Supplier;

/// One thread reads tasks, several work on them, and the caller's thread receives the results in
/// the order of the tasks.
///
/// At most a fixed number of tasks is under way, so memory is bounded however unequal the three
/// speeds are. The first failure, in the order of the tasks, ends the run.
final class OrderedPipeline<T, R> {
  private static final int SLOTS_PER_WORKER = 4;
  private static final long READER_GRACE_MILLIS = 200;

  /// Gives the next task; empty at the end.
  interface Source<T> {
    Optional<T> next() throws IOException;
  }

  /// Works on one task; each thread has its own.
  interface Worker<T, R> {
    R apply(T task);
  }

  /// Receives the results.
  interface Sink<R> {
    void accept(R result) throws IOException;
  }

  /// A task on its way. No task marks the end.
  private record Slot<T, R>(Optional<T> task, CompletableFuture<R> result) {
    Slot(Optional<T> task) {
      this(task, new CompletableFuture<>());
    }
  }

  private final Source<T> source;
  private final int workers;
  private final BlockingQueue<Slot<T, R>> waiting;
  private final BlockingQueue<Slot<T, R>> ordered;

  private OrderedPipeline(Source<T> source, int workers) {
    this.source = source;
    this.workers = workers;
    this.waiting = new ArrayBlockingQueue<>(workers * SLOTS_PER_WORKER);
    this.ordered = new ArrayBlockingQueue<>(workers * SLOTS_PER_WORKER);
  }

  /// Runs until the source is empty or something fails; no thread outlives the call, except a
  /// reader that is stuck in a read nobody can interrupt (a daemon, so it does not keep the process
  /// up).
  static <T, R> void run(Source<T> source, Supplier<Worker<T, R>> worker, int workers, Sink<R> sink)
      throws IOException, InterruptedException {
    OrderedPipeline<T, R> pipeline = new OrderedPipeline<>(source, workers);
    Thread reader = Thread.ofPlatform().daemon().name("neox-read").unstarted(pipeline::read);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < workers; i++) {
      Worker<T, R> own = worker.get();
      threads.add(Thread.ofPlatform().name("neox-encode-" + i).unstarted(() -> pipeline.work(own)));
    }
    try {
      reader.start();
      threads.forEach(Thread::start);
      pipeline.drain(sink);
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

  private Slot<T, R> nextSlot() {
    try {
      return new Slot<>(source.next());
    } catch (IOException | RuntimeException | Error e) {
      Slot<T, R> failed = new Slot<>(Optional.empty());
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

  private void drain(Sink<R> sink) throws IOException, InterruptedException {
    for (Slot<T, R> slot = ordered.take(); !isEnd(slot); slot = ordered.take()) {
      try {
        sink.accept(slot.result().get());
      } catch (ExecutionException e) {
        throw rethrown(Objects.requireNonNull(e.getCause()));
      }
    }
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
