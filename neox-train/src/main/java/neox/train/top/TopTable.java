package neox.train.top;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import neox.base.Bytes;
import neox.base.Progress;

/// Runs as a table for people, and below each the ranks of it.
final class TopTable {
  private static final int LONGEST = 28;

  static List<String> lines(List<RunView> runs) {
    List<String> lines = new ArrayList<>();
    lines.add(
        row("run", "state", "step", "loss", "tokens/s", "s/step", "grad norm", "memory", "ETA"));
    for (RunView run : runs) {
      lines.add(line(run));
      run.ranks().forEach(rank -> lines.add(line(rank)));
    }
    return lines;
  }

  private static String line(RunView run) {
    Tail numbers = run.numbers();
    String step =
        run.lastStep() > 0
            ? "%,d/%,d".formatted(run.step(), run.lastStep())
            : "%,d".formatted(run.step());
    double device = numbers.number("memory/device_allocated_peak");
    double memory = Double.isNaN(device) ? numbers.number("memory/resident") : device;
    String line =
        row(
            cut(run.directory().toString()),
            run.state().words(),
            step,
            number("%.3f", numbers.number("train/lm_loss")),
            number("%,.0f", numbers.number("runtime/tokens_per_sec")),
            number("%.3f", numbers.number("runtime/iteration_time")),
            number("%.3f", numbers.number("train/grad_norm")),
            Double.isNaN(memory) ? "-" : Bytes.text(memory),
            Double.isNaN(run.secondsLeft()) ? "-" : Progress.clock(Math.round(run.secondsLeft())));
    return line + notes(run);
  }

  private static String notes(RunView run) {
    String silent =
        run.state() == RunView.State.SILENT
            ? "  nothing since " + Progress.clock(Math.round(run.secondsAgo()))
            : "";
    return run.restarts() > 0 ? silent + "  restarted " + run.restarts() + " times" : silent;
  }

  private static String line(RunView.RankLine rank) {
    return String.format(
            Locale.ROOT,
            "  rank %-4d %-16s step %,d  %s%s, %.0f s",
            rank.rank(),
            rank.host(),
            rank.step(),
            rank.phase(),
            rank.waiting() ? ", waiting for others" : "",
            rank.progressAgo())
        .stripTrailing();
  }

  /// The end of a long path tells more.
  private static String cut(String path) {
    return path.length() <= LONGEST ? path : "…" + path.substring(path.length() - LONGEST + 1);
  }

  private static String number(String form, double value) {
    return Double.isNaN(value) ? "-" : String.format(Locale.ROOT, form, value);
  }

  private static String row(Object... cells) {
    return String.format(Locale.ROOT, "%-28s %-8s %17s %8s %10s %8s %9s %9s %9s", cells)
        .stripTrailing();
  }

  private TopTable() {}
}
