package neox.evaluation.task;

import java.util.List;
import java.util.Map;
import neox.evaluation.function.TaskFunction;
import neox.template.value.Dict;
import neox.template.value.Printing;
import neox.template.value.Sequences;
import neox.template.value.Value;

/// A metric that a task file names as a function.
///
/// @param keywords what the file says to it
public record OwnMetric(TaskFunction.OfAnswers function, Dict keywords) {

  /// Adds the value of one document under the metric's name; several, under names of their own,
  /// where the function gives a dictionary. Of several targets any may be met.
  void addTo(
      Map<String, Value> values, String name, List<Value> right, Value written, boolean many) {
    if (many) {
      boolean hit = right.stream().anyMatch(target -> isMet(name, compared(target, written)));
      values.put(name, new Value.Real(hit ? 1 : 0));
      return;
    }
    Value value = compared(right.getFirst(), written);
    if (value instanceof Dict several) {
      several.forEach((key, one) -> values.put(Printing.str(key), one));
    } else {
      values.put(name, value);
    }
  }

  private Value compared(Value target, Value written) {
    return function.apply(List.of(target), List.of(written), keywords);
  }

  private static boolean isMet(String name, Value value) {
    Value own = value instanceof Dict several ? several.get(name).orElse(value) : value;
    return Sequences.isTrue(own);
  }
}
