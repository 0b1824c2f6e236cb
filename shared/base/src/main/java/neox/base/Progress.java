package neox.base;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// How far a piece of work has come, on the terminal's lowest line; silent unless a person is
/// watching.
///
/// Not thread-safe: one thread reports.
public final class Progress implements AutoCloseable {
  private static final int BAR_COLUMNS = 10;
  private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Console console;
  private final String label;
  private final long total;
  private long startedAtNanos = System.nanoTime();
  private long startedFrom = -1;
  private long drawnAtNanos = startedAtNanos - REDRAW_NANOS;

  /// @param total the expected end value, or 0 when unknown
  public Progress(Console console, String label, long total) {
    this.console = console;
    this.label = label;
    this.total = total;
  }

  /// Shows `done` of the total, an estimate of the time left, and a free detail. The estimate
  /// counts from the first call, so that what an earlier run has done is not taken for speed.
  public void update(long done, String detail) {
    if (startedFrom < 0) {
      startedFrom = done;
      startedAtNanos = System.nanoTime();
    }
    if (!isDue()) {
      return;
    }
    if (total <= 0) {
      draw(String.format(Locale.ROOT, "%,d  %s", done, detail));
      return;
    }
    double fraction = Math.min(1.0, (double) done / total);
    draw(
        String.format(
            Locale.ROOT, "%s%5.1f%%%s  %s", bar(fraction), 100 * fraction, left(done), detail));
  }

  private static String bar(double fraction) {
    int filled = (int) Math.floor(BAR_COLUMNS * fraction);
    return "[" + "#".repeat(filled) + "-".repeat(BAR_COLUMNS - filled) + "]";
  }

  private String left(long done) {
    if (done <= startedFrom) {
      return "";
    }
    double secondsEach = (System.nanoTime() - startedAtNanos) / 1e9 / (done - startedFrom);
    return "  ETA " + clock(Math.round(secondsEach * Math.max(0, total - done)));
  }

  /// Shows a text after the label.
  public void show(String detail) {
    if (isDue()) {
      draw(detail);
    }
  }

  private boolean isDue() {
    return console.status().visible()
        && !console.quiet()
        && System.nanoTime() - drawnAtNanos >= REDRAW_NANOS;
  }

  private void draw(String detail) {
    drawnAtNanos = System.nanoTime();
    console.status().draw(label + " " + detail);
  }

  /// Seconds as `h:mm:ss`.
  public static String clock(long seconds) {
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  /// Wipes the line.
  @Override
  public void close() {
    console.status().wipe();
  }
}
