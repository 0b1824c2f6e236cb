package neox.evaluation.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.evaluation.function.TaskFunction;
import neox.template.value.Dict;
import neox.template.value.Printing;
import neox.template.value.Value;

/// The values that a task's own function makes of the answers.
public record FunctionScoring(TaskFunction.OfResults function) implements Scoring {
  @Override
  public Map<String, Value> score(Instance instance, List<Value> results) {
    Dict values = function.apply(instance.document().fields(), results);
    Map<String, Value> named = new LinkedHashMap<>();
    values.forEach((name, value) -> named.put(Printing.str(name), value));
    return named;
  }
}
