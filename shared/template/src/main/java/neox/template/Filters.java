package neox.template;

import java.util.HashMap;
import java.util.Map;
import neox.template.value.Arguments;
import neox.template.value.Dialect;
import neox.template.value.Fault;
import neox.template.value.Value;

/// What may follow `|`.
final class Filters {
  /// Turns a value into another one.
  interface Filter {
    Value apply(Value subject, Arguments arguments, Evaluator evaluator);
  }

  private static final Map<String, Filter> ALL;

  static {
    Map<String, Filter> all = new HashMap<>();
    all.putAll(TextFilters.ALL);
    all.putAll(NumberFilters.ALL);
    all.putAll(SequenceFilters.ALL);
    all.putAll(SelectionFilters.ALL);
    ALL = Map.copyOf(all);
  }

  static boolean exists(String name, Dialect dialect) {
    boolean known = !name.equals("regex_replace") || dialect.has(Dialect.Option.REGEX_REPLACE);
    return known && ALL.containsKey(name);
  }

  static Value apply(String name, Value subject, Arguments arguments, Evaluator evaluator) {
    Filter filter = ALL.get(name);
    if (filter == null || !exists(name, evaluator.dialect())) {
      throw Fault.of("no filter named '%s'", name);
    }
    return filter.apply(subject, arguments, evaluator);
  }

  private Filters() {}
}
