package neox.evaluation.report;

import java.util.Optional;
import neox.evaluation.metric.Metric;

/// One figure of one task.
///
/// @param filter what the responses went through
/// @param standardError empty where it is not defined
public record MetricResult(
    Metric metric, String filter, double value, Optional<Double> standardError) {

  /// The key in results, such as `acc,none`.
  public String key() {
    return metric.name() + "," + filter;
  }
}
