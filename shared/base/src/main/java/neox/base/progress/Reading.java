package neox.base.progress;

import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/// How far a piece of work has come at a moment.
///
/// @param seconds since the work began
/// @param rate units per second since then, once there are any
public record Reading(
    String work,
    long done,
    OptionalLong total,
    ProgressUnit unit,
    double seconds,
    OptionalDouble rate,
    String detail,
    boolean ended) {
  private static final int BAR_COLUMNS = 10;

  public Reading asEnd() {
    return new Reading(work, done, total, unit, seconds, rate, detail, true);
  }

  /// The time left at this rate, if work and rate are known.
  public OptionalLong secondsLeft() {
    return total.isPresent() && rate.isPresent()
        ? OptionalLong.of(Math.round(Math.max(0, total.getAsLong() - done) / rate.getAsDouble()))
        : OptionalLong.empty();
  }

  /// `[####------] 40.0% 12.3 MB/s ETA 0:00:10 a.txt`
  public String bar() {
    int filled = (int) Math.floor(BAR_COLUMNS * fraction());
    String bar = "[" + "#".repeat(filled) + "-".repeat(BAR_COLUMNS - filled) + "]";
    return (total.isPresent() ? bar + percent() : unit.amount(done)) + rest("  ");
  }

  /// `12.0%, 12.3 MB/s, ETA 0:00:10, a.txt`
  public String line() {
    return (total.isPresent() ? percent().strip() : unit.amount(done)) + rest(", ");
  }

  /// Seconds as `h:mm:ss`.
  public static String clock(long seconds) {
    return String.format(
        Locale.ROOT, "%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
  }

  private double fraction() {
    return total.isPresent() ? Math.min(1.0, (double) done / total.getAsLong()) : 0;
  }

  private String percent() {
    return String.format(Locale.ROOT, "%5.1f%%", 100 * fraction());
  }

  private String rest(String comma) {
    StringBuilder text = new StringBuilder();
    rate.ifPresent(r -> text.append(comma).append(unit.rate(r)));
    secondsLeft().ifPresent(left -> text.append(comma).append("ETA ").append(clock(left)));
    return detail.isEmpty() ? text.toString() : text.append(comma).append(detail).toString();
  }
}
