package neox.evaluation.task;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.evaluation.metric.Metric;
import neox.template.value.Value;

/// From the answers to one document to its values, one per metric, in the order of the report.
@FunctionalInterface
public interface Scoring {
  /// The values of one document; [neox.template.value.Fault] when they cannot be found.
  ///
  /// @param results one per request, as the filters leave it
  Map<String, Value> score(Instance instance, List<Value> results);

  /// What the harness does unless a task brings its own.
  static Scoring standard(OutputType type, List<Metric> metrics) {
    return standard(type, metrics, Map.of());
  }

  /// What the harness does, with metrics that are functions.
  ///
  /// @param own those, by name; texts alone are compared by them
  static Scoring standard(OutputType type, List<Metric> metrics, Map<String, OwnMetric> own) {
    Map<String, Metric> wanted = new LinkedHashMap<>();
    metrics.forEach(metric -> wanted.put(metric.name(), metric));
    return switch (type) {
      case MULTIPLE_CHOICE -> new MultipleChoiceScoring(wanted);
      case LOGLIKELIHOOD -> new LikelihoodScoring(wanted);
      case LOGLIKELIHOOD_ROLLING -> new RollingScoring(wanted);
      case GENERATE_UNTIL -> new GenerationScoring(wanted, own);
    };
  }

  /// Refuses metrics that an output type does not have.
  static void require(OutputType type, Map<String, Metric> wanted, List<String> known) {
    for (String name : wanted.keySet()) {
      if (!known.contains(name)) {
        throw new UserException(
            "metric '%s' does not exist for output type %s; it has %s"
                .formatted(name, type.key(), String.join(", ", known)));
      }
    }
  }
}
