package neox.evaluation.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.evaluation.metric.Metric;
import neox.evaluation.request.Response;
import neox.evaluation.request.Response.Generated;
import neox.python.PythonJson;
import neox.template.value.Value;

/// The generated text against the target, or any of several targets.
record GenerationScoring(Map<String, Metric> wanted) implements Scoring {
  GenerationScoring {
    Scoring.require(OutputType.GENERATE_UNTIL, wanted, List.of("exact_match"));
  }

  @Override
  public Map<String, Value> score(Instance instance, List<Response> responses) {
    String written = ((Generated) responses.getFirst()).text();
    List<String> right =
        instance.manyTargets() && instance.target() instanceof Target.Several(var targets)
            ? targets.stream().map(target -> text(target, instance)).toList()
            : List.of(text(instance.target(), instance));
    Map<String, Value> values = new LinkedHashMap<>();
    wanted.forEach((name, metric) ->
        values.put(name, new Value.Real(metric.comparison().share(written, right) > 0 ? 1 : 0)));
    return values;
  }

  private static String text(Target target, Instance instance) {
    return target instanceof Target.Index(int index) && !instance.choices().isEmpty()
        ? instance.choices().get(index)
        : PythonJson.str(target.json());
  }
}
