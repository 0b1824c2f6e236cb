package neox.tensor.kernel;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/// Threads that share the parts of one piece of work, as libtorch's own do: they are the process's,
/// wait for the next piece awake for a moment and asleep then, and end with it. Where pieces come
/// seldom (in training, other than in decoding) they sleep at once, which leaves the processor to
/// others.
///
/// Who does which part is chance; the parts must not depend on it. Work that comes while other work
/// is under way is done by its caller alone.
final class Workers {
  /// How long a thread looks for work before it sleeps: longer than the operations between two
  /// products of a network take.
  private static final int LOOKS = 4000;

  /// How long it looks where looking has been in vain.
  private static final int FEW_LOOKS = 50;

  /// Waits in a row, each longer than [#SOON], after which looking is in vain.
  private static final int LONG_WAITS = 4;

  /// Nanoseconds in which [#LOOKS] are done, and a thread that sleeps is awake again.
  private static final long SOON = 100_000;

  private static final Workers OF_PROCESS = new Workers();

  private final List<Worker> workers = new ArrayList<>(); // guarded by busy; only added to
  private final ReentrantLock busy = new ReentrantLock();
  private volatile @Nullable Work current;

  /// Parts that are handed out one by one.
  private static final class Work {
    final IntConsumer part;
    final int parts;
    final int helpers;
    final AtomicInteger next = new AtomicInteger();
    final AtomicInteger done = new AtomicInteger();
    volatile @Nullable Throwable failure;
    private volatile @Nullable Thread waiting;

    /// @param helpers workers that may take parts
    Work(IntConsumer part, int parts, int helpers) {
      this.part = part;
      this.parts = parts;
      this.helpers = helpers;
    }

    /// Does parts until there are none left.
    void help() {
      for (int i = next.getAndIncrement(); i < parts; i = next.getAndIncrement()) {
        try {
          part.accept(i);
        } catch (RuntimeException | Error e) {
          failure = e;
        } finally {
          if (done.incrementAndGet() == parts) {
            LockSupport.unpark(waiting);
          }
        }
      }
    }

    /// Returns when all parts are done.
    void await() {
      for (int look = 0; look < LOOKS && !isDone(); look++) {
        Thread.onSpinWait();
      }
      waiting = Thread.currentThread();
      while (!isDone()) {
        LockSupport.park(this);
      }
    }

    private boolean isDone() {
      return done.get() == parts;
    }
  }

  private Workers() {}

  /// Has `part` take each number below `parts` and returns when all are done; by as many threads as
  /// libtorch has, the caller's included.
  static void run(int parts, IntConsumer part) {
    OF_PROCESS.share(parts, part, Math.min(FewRows.threads(), parts) - 1);
  }

  private void share(int parts, IntConsumer part, int helpers) {
    if (helpers < 1 || busy.isHeldByCurrentThread() || !busy.tryLock()) {
      for (int i = 0; i < parts; i++) {
        part.accept(i);
      }
      return;
    }
    try {
      while (workers.size() < helpers) {
        workers.add(new Worker(workers.size()));
      }
      Work work = new Work(part, parts, helpers);
      current = work;
      workers.subList(0, helpers).forEach(Worker::wake);
      work.help();
      work.await();
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

  /// One of the threads.
  private final class Worker {
    private final int number;
    private final Thread thread;
    private volatile boolean asleep;
    private int longWaits; // in a row; the thread's own

    Worker(int number) {
      this.number = number;
      this.thread = Thread.ofPlatform().daemon().name("neox-product-" + number).start(this::work);
    }

    void wake() {
      if (asleep) {
        LockSupport.unpark(thread);
      }
    }

    private void work() {
      Work last = null;
      while (true) {
        Work found = await(last);
        found.help();
        last = found;
      }
    }

    private Work await(@Nullable Work last) {
      long begun = System.nanoTime();
      Work found = look(last, longWaits < LONG_WAITS ? LOOKS : FEW_LOOKS);
      longWaits = System.nanoTime() - begun < SOON ? 0 : longWaits + 1;
      return found;
    }

    private Work look(@Nullable Work last, int looks) {
      while (true) {
        for (int look = 0; look < looks; look++) {
          Work found = current;
          if (found != null && isMine(found, last)) {
            return found;
          }
          Thread.onSpinWait();
        }
        asleep = true;
        Work late = current;
        if (late == null || !isMine(late, last)) {
          LockSupport.park(this);
        }
        asleep = false;
      }
    }

    private boolean isMine(Work found, @Nullable Work last) {
      return found != last && number < found.helpers;
    }
  }
}
