package neox.evaluation.report;

import java.util.List;
import java.util.Optional;

/// Tasks, and groups of tasks, that are reported together.
///
/// @param alias its name in tables
/// @param members names of tasks and groups, in order
/// @param figures what is reported of the whole group; none for a group that is a heading only
/// @param version as results show it
public record Group(
    String name,
    String alias,
    List<String> members,
    List<Figure> figures,
    Optional<String> version) {

  public Group {
    members = List.copyOf(members);
    figures = List.copyOf(figures);
  }

  /// The mean of a metric over all tasks that the group leads to.
  ///
  /// @param filters under which filters; empty for all that the tasks have
  /// @param weightBySize whether a task counts by the number of its documents
  public record Figure(String metric, List<String> filters, boolean weightBySize) {
    public Figure {
      filters = List.copyOf(filters);
    }
  }
}
