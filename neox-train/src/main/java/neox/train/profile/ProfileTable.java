package neox.train.profile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import neox.train.profile.Profile.Cost;
import neox.train.profile.Profile.Operator;

/// A profile for people: two tables of what an average step does.
record ProfileTable(Profile profile) {
  private static final int MOST_OPERATORS = 30;

  List<String> lines() {
    List<String> lines = new ArrayList<>();
    lines.add(row("%-12s %8s %10s %7s %10s", "part", "calls", "ms", "share", "CPU ms"));
    profile.parts().entrySet().stream()
        .sorted(Map.Entry.comparingByValue(Comparator.comparingLong(Cost::nanos).reversed()))
        .forEach(part -> lines.add(part(part.getKey(), part.getValue())));
    lines.add(part("step", profile.step()));
    lines.add("");
    lines.add(row("%-58s %-10s %8s %10s %7s", "operator", "part", "calls", "ms", "share"));
    List<Operator> operators = profile.operators();
    operators.stream().limit(MOST_OPERATORS).forEach(each -> lines.add(operator(each)));
    if (operators.size() > MOST_OPERATORS) {
      List<Operator> others = operators.subList(MOST_OPERATORS, operators.size());
      Cost cost = others.stream().map(Operator::own).reduce(Cost.NONE, Cost::plus);
      lines.add(operator(new Operator("(" + others.size() + " others)", "", cost)));
    }
    return lines;
  }

  private String part(String name, Cost cost) {
    return row(
        "%-12s %8.1f %10.2f %6.1f%% %10.2f",
        name, calls(cost), millis(cost.nanos()), share(cost), millis(cost.cpuNanos()));
  }

  private String operator(Operator operator) {
    Cost own = operator.own();
    return row(
        "%-58s %-10s %8.1f %10.2f %6.1f%%",
        operator.name(), operator.part(), calls(own), millis(own.nanos()), share(own));
  }

  private double calls(Cost cost) {
    return (double) cost.calls() / profile.steps();
  }

  private double millis(long nanos) {
    return nanos / 1e6 / profile.steps();
  }

  private double share(Cost cost) {
    return 100.0 * cost.nanos() / profile.step().nanos();
  }

  private static String row(String format, Object... cells) {
    return String.format(Locale.ROOT, format, cells).stripTrailing();
  }
}
