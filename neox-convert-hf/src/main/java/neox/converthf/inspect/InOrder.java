package neox.converthf.inspect;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import java.util.function.Function;

/// Works on several tensors at once and hands the results over in order. At most as many are under
/// way as there are threads, so that their memory is bounded.
final class InOrder {
  private static final int MOST_THREADS = 4;

  static <T, R> void forEach(List<T> items, Function<T, R> work, Consumer<R> consumer)
      throws InterruptedException {
    int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    try (ExecutorService pool =
        Executors.newFixedThreadPool(threads, Thread.ofPlatform().name("tensors-", 1).factory())) {
      Deque<Future<R>> underWay = new ArrayDeque<>();
      try {
        for (T item : items) {
          if (underWay.size() == threads) {
            consumer.accept(result(underWay.remove()));
          }
          underWay.add(pool.submit(() -> work.apply(item)));
        }
        while (!underWay.isEmpty()) {
          consumer.accept(result(underWay.remove()));
        }
      } finally {
        underWay.forEach(future -> future.cancel(true));
      }
    }
  }

  private static <R> R result(Future<R> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      switch (e.getCause()) {
        case RuntimeException failure -> throw failure;
        case Error failure -> throw failure;
        case null, default -> throw new IllegalStateException(e);
      }
    }
  }

  private InOrder() {}
}
