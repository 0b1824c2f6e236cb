package neox.evaluation.report;

import java.util.List;
import java.util.Optional;
import neox.evaluation.catalogue.TaskTree;
import neox.evaluation.catalogue.TaskTree.TaskGroup;
import neox.evaluation.config.AggregateEntry;
import neox.template.value.Printing;

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
    List<AggregateEntry> figures,
    Optional<String> version) {

  public Group {
    members = List.copyOf(members);
    figures = List.copyOf(figures);
  }

  /// What a group file says.
  public static Group of(TaskGroup group) {
    return new Group(
        group.name(),
        group.config().alias(),
        group.children().stream().map(TaskTree::name).toList(),
        group.config().aggregates(),
        group.config().version().map(Printing::str));
  }
}
