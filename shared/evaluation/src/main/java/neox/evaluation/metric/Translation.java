package neox.evaluation.metric;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.template.value.Value;

/// A text beside the texts that it should be.
record Translation(List<String> references, String written) {
  static List<Translation> of(String aggregation, List<Value> values) {
    return values.stream().map(value -> of(aggregation, value)).toList();
  }

  private static Translation of(String aggregation, Value value) {
    List<Value> pair = Numbers.pair(aggregation, value);
    List<String> written = texts(aggregation, pair.getLast());
    if (written.size() > 1) {
      throw UserException.of(
          "aggregation '%s' compares one response with its references, and the filters leave %d; end"
              + " the filter with take_first",
          aggregation, written.size());
    }
    return new Translation(texts(aggregation, pair.getFirst()), written.getFirst());
  }

  private static List<String> texts(String aggregation, Value value) {
    if (value instanceof Value.Text(String text, _)) {
      return List.of(text);
    }
    List<String> texts =
        Numbers.items(aggregation, value).stream()
            .map(item -> texts(aggregation, item).getFirst())
            .toList();
    if (texts.isEmpty()) {
      throw Numbers.wrong(aggregation, "pairs of texts", value);
    }
    return texts;
  }

  /// How often each run of `length` items occurs.
  static Map<List<String>, Integer> runs(List<String> items, int length) {
    Map<List<String>, Integer> runs = new HashMap<>();
    for (int i = 0; i + length <= items.size(); i++) {
      runs.merge(List.copyOf(items.subList(i, i + length)), 1, Integer::sum);
    }
    return runs;
  }

  static int total(Map<List<String>, Integer> runs) {
    return runs.values().stream().mapToInt(Integer::intValue).sum();
  }

  /// Runs that both have, as often as both have them.
  static int common(Map<List<String>, Integer> runs, Map<List<String>, Integer> others) {
    int common = 0;
    for (Map.Entry<List<String>, Integer> run : runs.entrySet()) {
      common += Math.min(run.getValue(), others.getOrDefault(run.getKey(), 0));
    }
    return common;
  }
}
