package neox.evaluation.report;

import java.util.List;
import neox.evaluation.task.Task;

/// How a model did on one task.
///
/// @param shots examples before each question
/// @param total documents in the split
/// @param documents those that a metric has a value of; of the metric that has most of them
/// @param metrics per filter, in the order of the task
/// @param samples one per filter and document
public record TaskResult(
    Task task,
    int shots,
    int total,
    int documents,
    List<MetricResult> metrics,
    List<Sample> samples) {

  public TaskResult {
    metrics = List.copyOf(metrics);
    samples = List.copyOf(samples);
  }
}
