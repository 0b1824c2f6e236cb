package neox.train.log;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.base.Progress;
import neox.config.step.StepSchedule;
import neox.train.loop.RunHook;
import neox.train.loop.StepOutcome;
import neox.train.loop.StepResult;
import org.jspecify.annotations.Nullable;

/// What a run has come to, in a line for its end. Not thread-safe.
public final class RunSummary implements RunHook {
  private final StepSchedule schedule;
  private final long startedAtNanos = System.nanoTime();
  private final Map<String, Double> evaluations = new LinkedHashMap<>();
  private @Nullable StepResult first;
  private @Nullable StepResult last;

  RunSummary(StepSchedule schedule) {
    this.schedule = schedule;
  }

  @Override
  public void after(StepOutcome outcome) {
    StepResult result = outcome.result();
    first = first == null ? result : first;
    last = result;
  }

  /// Notes the newest loss on a split.
  public void evaluated(String split, double loss) {
    evaluations.put(split, loss);
  }

  /// The line; empty when no step was taken.
  List<String> lines() {
    return first == null || last == null
        ? List.of()
        : List.of(line(first, last, (System.nanoTime() - startedAtNanos) / 1e9));
  }

  private String line(StepResult from, StepResult to, double seconds) {
    long steps = to.step() - from.step() + 1;
    long tokens = schedule.tokensBefore(to.step() + 1) - schedule.tokensBefore(from.step());
    List<String> losses = new ArrayList<>();
    losses.add("loss %s at step %,d".formatted(loss(from.loss()), from.step()));
    if (steps > 1) {
      losses.add("%s at step %,d".formatted(loss(to.loss()), to.step()));
    }
    evaluations.forEach((split, loss) -> losses.add(loss(loss) + " on " + split + " data"));
    return String.format(
        Locale.ROOT,
        "%,d %s in %s (%,.0f tokens/s): %s",
        steps,
        steps == 1 ? "step" : "steps",
        Progress.clock(Math.round(seconds)),
        tokens / seconds,
        String.join(", ", losses));
  }

  private static String loss(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }
}
