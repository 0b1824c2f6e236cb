package neox.evaluation.task;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.evaluation.metric.Metric;
import neox.template.value.Fault;
import neox.template.value.Sequences;
import neox.template.value.Value;

/// What was generated against the target, or any of several targets: a text, or a list of texts
/// where no filter has taken one.
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
    boolean many = instance.manyTargets();
    Value written = results.getFirst();
    List<Value> right = right(instance, written);
    Map<String, Value> values = new LinkedHashMap<>();
    for (Metric metric : wanted.values()) {
      OwnMetric function = own.get(metric.name());
      if (function != null) {
        function.addTo(values, metric.name(), right, written, many);
      } else if (metric.name().equals(EXACT_MATCH)) {
        List<Value> predictions = Collections.nCopies(right.size(), written);
        double share = metric.comparison().share(predictions, right);
        values.put(EXACT_MATCH, new Value.Real(many ? (share > 0 ? 1 : 0) : share));
        // Of many targets the harness goes on with the copies in place of the text.
        written = many ? new Value.Listing(predictions) : written;
      } else {
        values.put(metric.name(), pair(metric, right, written, many));
      }
    }
    return values;
  }

  /// What is compared over all documents together, in the end.
  private static Value pair(Metric metric, List<Value> right, Value written, boolean many) {
    if (many) {
      throw Fault.of(
          "metric '%s' compares with one text, and the target is a list; use %s",
          metric.name(), EXACT_MATCH);
    }
    return new Value.Listing(List.of(right.getFirst(), written));
  }

  /// A target that is not a list, where the first document has one, is a list of its characters:
  /// Python's `list(target)`. A single one becomes what the filters have left, unless that is a
  /// list.
  private static List<Value> right(Instance instance, Value written) {
    if (!instance.choices().isEmpty()) {
      return List.of(Value.of(choice(instance)));
    }
    return instance.manyTargets()
        ? Sequences.items(instance.target())
        : List.of(Targets.like(written, instance.target()));
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
