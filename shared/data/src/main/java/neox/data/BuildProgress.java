package neox.data;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Says how far a long build is, a line now and then; silent while it is short. Ends it when that
/// is asked for.
final class BuildProgress {
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(2);
  private static final long NEXT_NANOS = TimeUnit.SECONDS.toNanos(10);

  private final String name;
  private final OrderLog log;
  private final LongSupplier clock;
  private final long startedAt;
  private long dueAfter = FIRST_NANOS;

  /// @param name of what is built
  BuildProgress(String name, OrderLog log) {
    this(name, log, System::nanoTime);
  }

  /// @param clock in nanoseconds
  BuildProgress(String name, OrderLog log, LongSupplier clock) {
    this.name = name;
    this.log = log;
    this.clock = clock;
    this.startedAt = clock.getAsLong();
  }

  /// One that says nothing.
  static BuildProgress silent() {
    return new BuildProgress("", line -> {});
  }

  /// Cheap, but not free: to be called once for many elements.
  void at(String stage, long done, long total) {
    log.stopIfAsked();
    long elapsed = clock.getAsLong() - startedAt;
    if (elapsed >= dueAfter) {
      dueAfter = elapsed + NEXT_NANOS;
      log.info(
          String.format(
              Locale.ROOT,
              "%s: building the sample order: %s, %,d of %,d (%.0f s so far)",
              name,
              stage,
              done,
              total,
              elapsed / 1e9));
    }
  }

  /// Says so when the build was long enough to have been reported.
  void done(long samples) {
    long elapsed = clock.getAsLong() - startedAt;
    if (elapsed >= FIRST_NANOS) {
      log.info(
          String.format(
              Locale.ROOT,
              "%s: built the order of %,d samples in %.1f s",
              name,
              samples,
              elapsed / 1e9));
    }
  }
}
