package neox.base;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/// One line that is redrawn in place while work goes on; silent unless a person is watching.
///
/// Not thread-safe: one thread reports.
public final class Progress implements AutoCloseable {
  private static final long REDRAW_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

  private final Console console;
  private final String label;
  private final long total;
  private final long startedAtNanos = System.nanoTime();
  private long drawnAtNanos = startedAtNanos - REDRAW_NANOS;
  private int width;

  /// @param total the expected end value, or 0 when unknown
  public Progress(Console console, String label, long total) {
    this.console = console;
    this.label = label;
    this.total = total;
  }

  /// Shows `done` of the total, an estimate of the time left, and a free detail.
  public void update(long done, String detail) {
    if (!isDue()) {
      return;
    }
    long now = System.nanoTime();
    StringBuilder line = new StringBuilder();
    if (total > 0) {
      double fraction = Math.min(1.0, (double) done / total);
      long remaining =
          done == 0 ? 0 : Math.round((now - startedAtNanos) / 1e9 * (1 - fraction) / fraction);
      line.append(
          String.format(Locale.ROOT, "%5.1f%%  ETA %s  ", 100 * fraction, clock(remaining)));
    } else {
      line.append(String.format(Locale.ROOT, "%,d  ", done));
    }
    draw(line + detail);
  }

  /// Shows a text after the label.
  public void show(String detail) {
    if (isDue()) {
      draw(detail);
    }
  }

  private boolean isDue() {
    return console.terminal()
        && !console.quiet()
        && System.nanoTime() - drawnAtNanos >= REDRAW_NANOS;
  }

  private void draw(String detail) {
    drawnAtNanos = System.nanoTime();
    StringBuilder line = new StringBuilder(label).append(' ').append(detail);
    int length = line.length();
    while (line.length() < width) {
      line.append(' ');
    }
    width = length;
    console.err().print("\r" + line);
    console.err().flush();
  }

  /// Seconds as `h:mm:ss`.
  public static String clock(long seconds) {
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  /// Wipes the line.
  @Override
  public void close() {
    if (width > 0) {
      console.err().print("\r" + " ".repeat(width) + "\r");
      console.err().flush();
    }
  }
}
