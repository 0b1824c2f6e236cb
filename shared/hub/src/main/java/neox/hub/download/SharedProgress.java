package neox.hub.download;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import neox.hub.download.Downloads.Work;
import org.jspecify.annotations.Nullable;

/// What several downloads at a time have come to, told as if it were one; and the first failure,
/// which ends them all. Thread-safe.
///
/// Bytes that an earlier run has left do not count, neither as done nor as to be done: they would
/// be taken for speed.
final class SharedProgress {
  /// Ends the downloads beside one that has failed.
  private static final class Abandoned extends RuntimeException {
    private static final long serialVersionUID = 1;

    Abandoned() {
      super("another download has failed");
    }
  }

  private static final long NOT_BEGUN = -1;

  private final DownloadObserver observer;
  private final String name;
  private final long[] begun;
  private final long[] done;
  private final long[] total;
  private boolean totalsKnown;
  private @Nullable Exception failure;

  SharedProgress(DownloadObserver observer, List<Work> works) {
    this.observer = observer;
    this.name = works.size() + " files";
    this.begun = new long[works.size()];
    Arrays.fill(begun, NOT_BEGUN);
    this.done = new long[works.size()];
    this.total = works.stream().mapToLong(work -> work.bytes().orElse(0)).toArray();
    this.totalsKnown = works.stream().allMatch(work -> work.bytes().isPresent());
  }

  /// What the download of one file is to tell.
  DownloadObserver of(int file) {
    return new DownloadObserver() {
      @Override
      public void progress(String ignored, long doneBytes, OptionalLong totalBytes) {
        tell(file, doneBytes, totalBytes);
      }

      @Override
      public void warn(String line) {
        SharedProgress.this.warn(line);
      }
    };
  }

  private synchronized void tell(int file, long doneBytes, OptionalLong totalBytes) {
    endIfFailed();
    if (begun[file] == NOT_BEGUN) {
      begun[file] = doneBytes;
      total[file] = Math.max(0, totalBytes.orElse(0) - doneBytes);
      totalsKnown &= totalBytes.isPresent();
    }
    done[file] = Math.max(0, doneBytes - begun[file]);
    long sum = Arrays.stream(done).sum();
    observer.progress(
        name,
        sum,
        totalsKnown ? OptionalLong.of(Arrays.stream(total).sum()) : OptionalLong.empty());
  }

  private synchronized void warn(String line) {
    endIfFailed();
    observer.warn(line);
  }

  private void endIfFailed() {
    if (failure != null) {
      throw new Abandoned();
    }
  }

  /// What was there already leaves the sum.
  synchronized void finished(int file) {
    total[file] = done[file];
  }

  synchronized void failed(Exception e) {
    if (failure == null) {
      failure = e;
    }
  }

  synchronized boolean hasFailed() {
    return failure != null;
  }

  /// Throws what failed first, if anything did.
  synchronized void throwFailure() throws IOException, InterruptedException {
    switch (failure) {
      case null -> {}
      case IOException e -> throw e;
      case InterruptedException e -> throw e;
      case RuntimeException e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }
}
