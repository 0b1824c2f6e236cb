package neox.hub.download;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import neox.hub.HubSettings;

/// How files are got, and how many at a time.
///
/// @param settings whose token goes to that hub only
/// @param observer hears one line of progress, whatever the number of files: their sum. It is
///   called by one thread at a time.
/// @param atOnce the most files that are on their way at a time, at least 1
public record Downloads(
    HubSettings settings, Patience patience, DownloadObserver observer, int atOnce) {

  public Downloads {
    if (atOnce < 1) {
      throw new IllegalArgumentException("files at a time: " + atOnce);
    }
  }

  /// A piece of work that gets one file.
  ///
  /// @param bytes of the file, where they are known
  public record Work(OptionalLong bytes, Action action) {}

  /// Gets a file; the download belongs to the calling thread.
  @FunctionalInterface
  public interface Action {
    void run(Download download) throws IOException, InterruptedException;
  }

  /// Gets files one at a time. The caller closes it.
  public Download open() {
    return Download.open(settings, patience, observer);
  }

  /// Does all the work, in its order but for what goes on at the same time. The first failure ends
  /// what is on its way at its next block, and is thrown; what has come by then stays where it is.
  public void all(List<Work> works) throws IOException, InterruptedException {
    if (atOnce == 1 || works.size() < 2) {
      try (Download download = open()) {
        for (Work work : works) {
          work.action().run(download);
        }
      }
      return;
    }
    together(works);
  }

  private void together(List<Work> works) throws IOException, InterruptedException {
    SharedProgress progress = new SharedProgress(observer, works);
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> threads = new ArrayList<>();
    try (ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < Math.min(atOnce, works.size()); i++) {
        threads.add(
            executor.submit(() -> {
              work(works, next, progress);
              return null;
            }));
      }
      for (Future<?> thread : threads) {
        await(thread);
      }
    }
    progress.throwFailure();
  }

  /// Takes what is next until nothing is left, or something has failed.
  private void work(List<Work> works, AtomicInteger next, SharedProgress progress) {
    for (int i = next.getAndIncrement();
        i < works.size() && !progress.hasFailed();
        i = next.getAndIncrement()) {
      try (Download download = Download.open(settings, patience, progress.of(i))) {
        works.get(i).action().run(download);
        progress.finished(i);
      } catch (Exception e) {
        progress.failed(e);
      }
    }
  }

  private static void await(Future<?> thread) throws InterruptedException {
    try {
      thread.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause()); // an Error: failures are kept by the progress
    }
  }
}
