package neox.base;

import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import neox.base.progress.ProgressUnit;
import neox.base.progress.Reading;
import org.jspecify.annotations.Nullable;

/// How far a piece of work has come: a bar with rate and time left on the terminal's lowest line; a
/// line every half minute where nobody watches; an event every second for `--progress json`.
///
/// Not thread-safe: one thread reports.
public final class Progress implements AutoCloseable {
  private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long EVENT_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// How work is told where nobody watches.
  public enum Log {
    /// A line now and then.
    LINES,
    /// Not at all: the tool has log lines of its own.
    OWN
  }

  private final Console console;
  private final String work;
  private final long total;
  private final ProgressUnit unit;
  private final LongSupplier nanos;
  private final long intervalNanos;
  private long startedAtNanos;
  private long startedFrom = -1;
  private long toldAtNanos;
  private @Nullable Reading last;

  /// @param work what is done, such as `converting`
  /// @param total the expected end value, or 0 when unknown
  public Progress(Console console, String work, long total, ProgressUnit unit) {
    this(console, work, total, unit, Log.LINES);
  }

  public Progress(Console console, String work, long total, ProgressUnit unit, Log log) {
    this(console, work, total, unit, log, System::nanoTime);
  }

  /// With a clock of the caller's.
  Progress(
      Console console, String work, long total, ProgressUnit unit, Log log, LongSupplier nanos) {
    this.console = console;
    this.work = work;
    this.total = total;
    this.unit = unit;
    this.nanos = nanos;
    startedAtNanos = nanos.getAsLong();
    if (console.events().isPresent()) {
      intervalNanos = EVENT_NANOS;
      toldAtNanos = startedAtNanos - EVENT_NANOS;
    } else if (console.quiet() || !console.showsProgress()) {
      intervalNanos = Long.MAX_VALUE;
    } else if (console.status().visible()) {
      intervalNanos = REDRAW_NANOS;
      toldAtNanos = startedAtNanos - REDRAW_NANOS;
    } else {
      intervalNanos = log == Log.LINES ? LINE_NANOS : Long.MAX_VALUE;
      toldAtNanos = startedAtNanos;
    }
  }

  /// Tells of `done` of the total, and a free detail. Rate and time left count from the first call,
  /// so that what an earlier run has done is not taken for speed.
  public void update(long done, String detail) {
    long now = nanos.getAsLong();
    if (startedFrom < 0) {
      startedFrom = done;
      startedAtNanos = now;
    }
    boolean due = now - toldAtNanos >= intervalNanos;
    if (!due && console.events().isEmpty()) {
      return;
    }
    Reading reading = reading(done, now, detail);
    last = reading;
    if (due) {
      toldAtNanos = now;
      tell(reading);
    }
  }

  private Reading reading(long done, long now, String detail) {
    double seconds = (now - startedAtNanos) / 1e9;
    OptionalDouble rate =
        done > startedFrom && seconds > 0
            ? OptionalDouble.of((done - startedFrom) / seconds)
            : OptionalDouble.empty();
    OptionalLong known = total > 0 ? OptionalLong.of(total) : OptionalLong.empty();
    return new Reading(work, done, known, unit, seconds, rate, detail, false);
  }

  private void tell(Reading reading) {
    if (console.events().isPresent()) {
      console.events().get().progress(reading);
    } else if (console.status().visible()) {
      console.status().draw(work + " " + reading.bar());
    } else {
      console.info("%s", work + ": " + reading.line());
    }
  }

  /// Shows a text after the name of work that cannot be counted; to a watching person alone.
  public void show(String detail) {
    long now = nanos.getAsLong();
    if (console.status().visible() && now - toldAtNanos >= intervalNanos) {
      toldAtNanos = now;
      console.status().draw(work + " " + detail);
    }
  }

  /// Seconds as `h:mm:ss`.
  public static String clock(long seconds) {
    return Reading.clock(seconds);
  }

  /// Wipes the line; the last event says how far the work came.
  @Override
  public void close() {
    console.status().wipe();
    Reading reached = last;
    if (reached != null && console.events().isPresent()) {
      last = null;
      console.events().get().progress(reached.asEnd());
    }
  }
}
