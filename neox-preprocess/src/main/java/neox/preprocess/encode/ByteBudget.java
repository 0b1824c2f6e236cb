package neox.preprocess.encode;

/// How many bytes may be under way at once. One piece that is larger than everything allowed goes
/// alone. Thread-safe.
final class ByteBudget {
  private final long total;
  private long used;

  ByteBudget(long total) {
    this.total = total;
  }

  /// Waits until there is room.
  synchronized void acquire(long bytes) throws InterruptedException {
    while (used > 0 && used + bytes > total) {
      wait();
    }
    used += bytes;
  }

  synchronized void release(long bytes) {
    used -= bytes;
    notifyAll();
  }
}
