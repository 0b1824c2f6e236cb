package neox.tensor.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/// Threads that share the parts of one piece of work, as libtorch's own do: they are the process's,
/// wait for the next piece awake for a moment and asleep then, and end with it.
///
/// Who does which part is chance; the parts must not depend on it. Work that comes while other work
/// is under way is done by its caller alone.
final class Workers {
  /// How long a thread looks for work before it sleeps: longer than the operations between two
  /// products of a network take.
  private static final int LOOKS = 4000;

  private static final AtomicReference<Workers> OF_PROCESS = new AtomicReference<>(new Workers(1));

  private final List<Worker> workers = new ArrayList<>();
  private final ReentrantLock busy = new ReentrantLock();
  private volatile @Nullable Work current;
  private volatile boolean ended;

  /// Parts that are handed out one by one.
  private static final class Work {
    final IntConsumer part;
    final int parts;
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger done = new AtomicInteger();
    volatile @Nullable Throwable failure;

    Work(IntConsumer part, int parts) {
      this.part = part;
      this.parts = parts;
    }

    /// Does parts until there are none left.
    void help() {
      for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
        try {
          part.accept(i);
        } catch (RuntimeException | Error e) {
          failure = e;
        } finally {
          done.incrementAndGet();
        }
      }
    }

    boolean isDone() {
      return done.get() == parts;
    }
  }

  private Workers(int threads) {
    for (int i = 1; i < threads; i++) {
      workers.add(new Worker(i));
    }
  }

  /// Has `part` take each number below `parts` and returns when all are done.
  static void run(int parts, IntConsumer part) {
    ofProcess(torch.get_num_threads()).share(parts, part);
  }

  /// As many as libtorch has, the caller's included.
  private static Workers ofProcess(int threads) {
    Workers found = OF_PROCESS.get();
    if (found.workers.size() == threads - 1) {
      return found;
    }
    Workers other = new Workers(threads);
    OF_PROCESS.getAndSet(other).end();
    return other;
  }

  private void share(int parts, IntConsumer part) {
    if (workers.isEmpty() || parts == 1 || !busy.tryLock()) {
      for (int i = 0; i < parts; i++) {
        part.accept(i);
      }
      return;
    }
    try {
      Work work = new Work(part, parts);
      current = work;
      workers.forEach(Worker::wake);
      work.help();
      for (int look = 0; !work.isDone(); look++) {
        if (look < LOOKS) {
          Thread.onSpinWait();
        } else {
          Thread.yield(); // the machine has something else to do
        }
      }
      current = null;
      rethrow(work.failure);
    } finally {
      busy.unlock();
    }
  }

  private static void rethrow(@Nullable Throwable failure) {
    switch (failure) {
      case null -> {}
      case Error error -> throw error;
      case RuntimeException exception -> throw exception;
      default -> throw new IllegalStateException(failure);
    }
  }

  private void end() {
    ended = true;
    workers.forEach(Worker::wake);
  }

  /// One of the threads.
  private final class Worker {
    private final Thread thread;
    private volatile boolean asleep;

    Worker(int number) {
      thread = Thread.ofPlatform().daemon().name("neox-product-" + number).start(this::work);
    }

    void wake() {
      if (asleep) {
        LockSupport.unpark(thread);
      }
    }

    private void work() {
      Work last = null;
      while (!ended) {
        Work found = await(last);
        if (found != null) {
          found.help();
          last = found;
        }
      }
    }

    private @Nullable Work await(@Nullable Work last) {
      for (int look = 0; look < LOOKS; look++) {
        Work found = current;
        if (found != null && found != last) {
          return found;
        }
        Thread.onSpinWait();
      }
      asleep = true;
      Work found = current;
      if (!ended && (found == null || found == last)) {
        LockSupport.park(this);
      }
      asleep = false;
      return null;
    }
  }
}
