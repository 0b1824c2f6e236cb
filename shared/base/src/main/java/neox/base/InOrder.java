package neox.base;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/// Works on several things at once and hands the results over in order. At most as many are under
/// way as there are threads, so that their memory is bounded.
public final class InOrder {
  private static final int MOST_THREADS = 4;

  /// What is done with one of the things, by any thread.
  @FunctionalInterface
  public interface Work<T, R> {
    R of(T item) throws IOException;
  }

  /// Works on all items.
  ///
  /// @param items asked for by the calling thread, each when there is a thread for it
  /// @param consumer called by the calling thread
  /// @throws IOException the failure of the first item that failed; none is begun once it is known
  public static <T, R> void forEach(
      Iterable<? extends T> items, Work<? super T, ? extends R> work, Consumer<? super R> consumer)
      throws IOException, InterruptedException {
    int threads = Math.min(MOST_THREADS, Runtime.getRuntime().availableProcessors());
    try (ExecutorService pool =
        Executors.newFixedThreadPool(threads, Thread.ofPlatform().name("in-order-", 1).factory())) {
      Deque<Future<? extends R>> underWay = new ArrayDeque<>();
      try {
        for (T item : items) {
          underWay.add(pool.submit(() -> work.of(item)));
          if (underWay.size() == threads) {
            consumer.accept(Futures.result(underWay.remove()));
          }
        }
        while (!underWay.isEmpty()) {
          consumer.accept(Futures.result(underWay.remove()));
        }
      } finally {
        underWay.forEach(future -> future.cancel(true));
      }
    }
  }

  private InOrder() {}
}
