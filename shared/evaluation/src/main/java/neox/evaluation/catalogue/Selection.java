package neox.evaluation.catalogue;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.evaluation.catalogue.TaskTree.Leaf;
import neox.evaluation.catalogue.TaskTree.TaskGroup;
import neox.evaluation.task.Task;

/// What a caller asked for.
///
/// @param roots tasks and groups in the order in which they were asked for; a task that is in one
///   of the groups, too, stands there alone
public record Selection(List<TaskTree> roots) {
  /// [UserException] when two tasks of one name differ.
  public Selection {
    Map<String, Task> seen = new LinkedHashMap<>();
    for (TaskTree root : roots) {
      for (Task task : root.tasks()) {
        Task first = seen.putIfAbsent(task.name(), task);
        if (first != null && !first.config().fields().equals(task.config().fields())) {
          throw UserException.of(
              "task '%s' is asked for twice, and differs: as in %s, and as in %s; ask for one of"
                  + " them",
              task.name(), first.config().fields().place(), task.config().fields().place());
        }
      }
    }
    roots = distinct(roots);
  }

  private static List<TaskTree> distinct(List<TaskTree> roots) {
    Map<String, TaskTree> byName = new LinkedHashMap<>();
    roots.forEach(root -> byName.putIfAbsent(root.name(), root));
    List<TaskTree> kept = new ArrayList<>();
    for (TaskTree root : byName.values()) {
      if (byName.values().stream().noneMatch(other -> contains(other, root))) {
        kept.add(root);
      }
    }
    return List.copyOf(kept);
  }

  private static boolean contains(TaskTree tree, TaskTree wanted) {
    return switch (tree) {
      case Leaf leaf -> false;
      case TaskGroup group ->
          group.children().stream()
              .anyMatch(child -> child.name().equals(wanted.name()) || contains(child, wanted));
    };
  }

  /// Every task once, in order.
  public List<Task> tasks() {
    Map<String, Task> tasks = new LinkedHashMap<>();
    roots.forEach(root -> root.tasks().forEach(task -> tasks.putIfAbsent(task.name(), task)));
    return List.copyOf(tasks.values());
  }

  /// Every group once, those inside of others after them.
  public List<TaskGroup> groups() {
    Map<String, TaskGroup> groups = new LinkedHashMap<>();
    roots.forEach(root -> collect(root, groups));
    return List.copyOf(groups.values());
  }

  private static void collect(TaskTree tree, Map<String, TaskGroup> groups) {
    if (tree instanceof TaskGroup group) {
      groups.putIfAbsent(group.name(), group);
      group.children().forEach(child -> collect(child, groups));
    }
  }
}
