package neox.evaluation.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.evaluation.metric.Metric;
import neox.template.value.Fault;
import neox.template.value.Printing;
import neox.template.value.Sequences;
import neox.template.value.Value;

/// The generated text against the target, or any of several targets.
///
/// @param own metrics that are functions of the task's own, by name
record GenerationScoring(Map<String, Metric> wanted, Map<String, OwnMetric> own)
    implements Scoring {
  private static final String EXACT_MATCH = "exact_match";

  GenerationScoring {
    Map<String, Metric> known = new LinkedHashMap<>(wanted);
    known.keySet().removeAll(own.keySet());
    Scoring.require(
        OutputType.GENERATE_UNTIL, known, List.of(EXACT_MATCH, "bleu", "chrf", "chrf++", "ter"));
  }

  @Override
  public Map<String, Value> score(Instance instance, List<Value> results) {
    String written = Printing.str(results.getFirst());
    List<String> right = right(instance);
    Map<String, Value> values = new LinkedHashMap<>();
    for (Metric metric : wanted.values()) {
      OwnMetric function = own.get(metric.name());
      if (function != null) {
        function.addTo(values, metric.name(), right, written, instance.manyTargets());
      } else if (metric.name().equals(EXACT_MATCH)) {
        boolean hit = metric.comparison().share(written, right) > 0;
        values.put(EXACT_MATCH, new Value.Real(hit ? 1 : 0));
      } else {
        values.put(metric.name(), pair(metric, right, written, instance));
      }
    }
    return values;
  }

  /// What is compared over all documents together, in the end.
  private static Value pair(Metric metric, List<String> right, String written, Instance instance) {
    if (instance.manyTargets()) {
      throw Fault.of(
          "metric '%s' compares with one text, and the target is a list; use %s",
          metric.name(), EXACT_MATCH);
    }
    return new Value.Listing(List.of(Value.of(right.getFirst()), Value.of(written)));
  }

  /// A target that is not a list, where the first document has one, is a list of its characters:
  /// Python's `list(target)`.
  private static List<String> right(Instance instance) {
    Value target = instance.target();
    if (!instance.choices().isEmpty()) {
      return List.of(choice(instance));
    }
    return instance.manyTargets()
        ? Sequences.items(target).stream().map(Printing::str).toList()
        : List.of(Printing.str(target));
  }

  private static String choice(Instance instance) {
    int index =
        Targets.index(instance.target())
            .orElseThrow(() -> Fault.of("the target must be the number of a choice"));
    List<String> choices = instance.choices();
    if (index >= choices.size() || index < -choices.size()) {
      throw Fault.of("the target is choice %d of %d", index, choices.size());
    }
    return choices.get(index < 0 ? index + choices.size() : index);
  }
}
