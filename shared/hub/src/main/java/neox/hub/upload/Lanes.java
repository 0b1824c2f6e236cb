package neox.hub.upload;

import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionService;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;

/// Does pieces of work at the same time, at most so many; work may itself be made of such pieces,
/// and only its leaves take a lane.
final class Lanes {
  /// A piece of work.
  @FunctionalInterface
  interface Work {
    void run() throws IOException, InterruptedException;
  }

  private final int atOnce;
  private final Semaphore free;

  Lanes(int atOnce) {
    this.atOnce = atOnce;
    this.free = new Semaphore(atOnce);
  }

  /// Does a leaf of the work as soon as a lane is free.
  void run(Work work) throws IOException, InterruptedException {
    free.acquire();
    try {
      work.run();
    } finally {
      free.release();
    }
  }

  /// Does all the work, in its order but for what goes on at the same time. The first failure
  /// interrupts the rest, and is thrown when all of it has ended.
  void all(List<? extends Work> works) throws IOException, InterruptedException {
    ExecutorService executor =
        Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("upload-", 0).factory());
    try {
      CompletionService<Boolean> ended = new ExecutorCompletionService<>(executor);
      Iterator<? extends Work> next = works.iterator();
      int running = 0;
      while (running > 0 || next.hasNext()) {
        for (; running < atOnce && next.hasNext(); running++) {
          start(next.next(), ended);
        }
        ended.take().get();
        running--;
      }
    } catch (ExecutionException e) {
      throw failure(Objects.requireNonNull(e.getCause()));
    } finally {
      executor.shutdownNow();
      executor.close();
    }
  }

  private static void start(Work work, CompletionService<Boolean> ended) {
    ended.submit(() -> {
      work.run();
      return true;
    });
  }

  private static IOException failure(Throwable cause) throws InterruptedException {
    return switch (cause) {
      case IOException e -> e;
      case InterruptedException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(cause);
    };
  }
}
