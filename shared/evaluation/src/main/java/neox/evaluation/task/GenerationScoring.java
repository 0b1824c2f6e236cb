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
record GenerationScoring(Map<String, Metric> wanted) implements Scoring {
  GenerationScoring {
    Scoring.require(OutputType.GENERATE_UNTIL, wanted, List.of("exact_match"));
  }

  @Override
  public Map<String, Value> score(Instance instance, List<Value> results) {
    String written = Printing.str(results.getFirst());
    List<String> right = right(instance);
    Map<String, Value> values = new LinkedHashMap<>();
    wanted.forEach((name, metric) ->
        values.put(
            name, new Value.Real(metric.comparison().share(written, right) > 0 ? 1 : 0)));
    return values;
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
