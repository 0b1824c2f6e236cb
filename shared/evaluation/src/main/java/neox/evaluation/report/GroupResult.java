package neox.evaluation.report;

import java.util.List;
import java.util.Optional;

/// How a model did on a group.
///
/// @param documents of all its tasks together
/// @param figures in the order of the group
public record GroupResult(Group group, int documents, List<Figure> figures) {
  public GroupResult {
    figures = List.copyOf(figures);
  }

  /// One figure of the group.
  ///
  /// @param standardError empty where it is not defined for one of the tasks
  /// @param documents of the tasks that have the metric
  public record Figure(
      String metric, String filter, double value, Optional<Double> standardError, int documents) {

    /// The key in results, such as `acc,none`.
    public String key() {
      return metric + "," + filter;
    }
  }
}
