package neox.config.step;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.config.table.ConfigTable;
import neox.config.table.ConfigType;
import neox.config.table.Value;

/// `skip_steps`: batches that are jumped over, for the spikes that they would cause
/// (arXiv:2204.02311 §5.1).
final class SkipKeys {
  private static final Pattern RANGE = Pattern.compile("([0-9]{1,12})-([0-9]{1,12})");
  private static final long MOST_STEPS = 1_000_000_000_000L;

  /// In order, none touching another.
  static List<StepRange> read(ConfigTable t) {
    List<StepRange> ranges =
        new ArrayList<>(
            t.list(
                "skip_steps",
                range(),
                "steps whose samples are passed over unread, such as [100-110, 250]; the learning"
                    + " rate waits for the next step"));
    ranges.sort(Comparator.comparingLong(StepRange::first));
    List<StepRange> joined = new ArrayList<>();
    for (StepRange range : ranges) {
      if (!joined.isEmpty() && range.first() <= joined.getLast().last() + 1) {
        StepRange before = joined.removeLast();
        range = new StepRange(before.first(), Math.max(before.last(), range.last()));
      }
      joined.add(range);
    }
    return joined;
  }

  private static ConfigType<StepRange> range() {
    return new ConfigType<>(
        "step or range of steps",
        "a step like 250 or a range of steps like 100-110, counted from 1",
        SkipKeys::parse,
        _ -> "");
  }

  private static Optional<StepRange> parse(Value value) {
    Optional<StepRange> range =
        switch (value instanceof Value.Scalar scalar ? scalar.resolve() : null) {
          case Long step -> Optional.of(new StepRange(step, step));
          case String text -> parse(text);
          case null, default -> Optional.empty();
        };
    return range.filter(
        steps -> steps.first() >= 1 && steps.first() <= steps.last() && steps.last() <= MOST_STEPS);
  }

  private static Optional<StepRange> parse(String text) {
    Matcher matcher = RANGE.matcher(text);
    return matcher.matches()
        ? Optional.of(
            new StepRange(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))))
        : Optional.empty();
  }

  private SkipKeys() {}
}
