package neox.evaluation.catalogue;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.evaluation.config.GroupConfig;
import neox.evaluation.task.Task;

/// What was asked for: a task, or a group with its tasks and groups.
public sealed interface TaskTree {
  String name();

  /// One task.
  record Leaf(Task task) implements TaskTree {
    @Override
    public String name() {
      return task.name();
    }
  }

  /// Tasks with figures of their own; each name stands for one child.
  record TaskGroup(GroupConfig config, List<TaskTree> children) implements TaskTree {
    public TaskGroup {
      Map<String, TaskTree> byName = new LinkedHashMap<>();
      children.forEach(child -> byName.put(child.name(), child));
      children = List.copyOf(byName.values());
    }

    @Override
    public String name() {
      return config.name();
    }
  }

  /// Every task in it, in order.
  default List<Task> tasks() {
    return switch (this) {
      case Leaf(Task task) -> List.of(task);
      case TaskGroup(_, List<TaskTree> children) ->
          children.stream().flatMap(child -> child.tasks().stream()).toList();
    };
  }
}
