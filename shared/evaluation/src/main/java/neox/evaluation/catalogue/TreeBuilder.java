package neox.evaluation.catalogue;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.evaluation.catalogue.IndexEntry.OfGroup;
import neox.evaluation.catalogue.IndexEntry.OfTag;
import neox.evaluation.catalogue.IndexEntry.OfTask;
import neox.evaluation.catalogue.TaskTree.Leaf;
import neox.evaluation.catalogue.TaskTree.TaskGroup;
import neox.evaluation.config.GroupConfig;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.template.value.Printing;
import neox.template.value.Value;

/// Makes tasks and groups of what files say. Keys of a group are keys of its tasks, too; those that
/// stand beside a member's name win over them.
record TreeBuilder(TaskIndex index, TaskFactory factory) {

  /// What a file says that holds a task or a group.
  TaskTree of(Fields fields) {
    return fields.has("group")
        ? group(name(fields, "group"), fields, Fields.none(fields.place()), Set.of())
        : new Leaf(factory.task(fields));
  }

  /// What a name stands for; tags stand for several.
  List<TaskTree> of(IndexEntry entry) {
    return switch (entry) {
      case OfTask task -> List.of(new Leaf(factory.task(task.fields())));
      case OfGroup group -> List.of(of(group.fields()));
      case OfTag tag -> throw new IllegalArgumentException(tag.name() + " is a tag");
    };
  }

  private TaskGroup group(String name, Fields fields, Fields overrides, Set<String> around) {
    if (around.contains(name)) {
      throw UserException.of("%s: the group '%s' is a member of itself", fields.place(), name);
    }
    Set<String> inside = new LinkedHashSet<>(around);
    inside.add(name);
    GroupConfig config = GroupConfig.of(fields, name);
    Fields inherited = config.overrides().with(overrides);
    List<TaskTree> children = new ArrayList<>();
    for (YamlNode member : config.members()) {
      children.addAll(members(member, config, inherited, inside));
    }
    return new TaskGroup(config, children);
  }

  private List<TaskTree> members(
      YamlNode member, GroupConfig group, Fields inherited, Set<String> around) {
    return switch (member) {
      case Scalar(Value.Text(String name, _), _) -> {
        Optional<IndexEntry> entry = index.find(name);
        yield named(
            entry.orElseThrow(() ->
                UserException.of(
                    "%s: the group '%s' names '%s', which is no task, group or tag",
                    member.place(), group.name(), name)),
            inherited,
            around);
      }
      case Fields mapping when mapping.has("group") -> {
        String name = name(mapping, "group");
        Optional<IndexEntry> entry = index.find(name);
        Fields own = inherited.with(mapping.without("group", "task"));
        yield entry.isPresent()
            ? named(entry.get(), own, around)
            : List.of(group(group.name() + "::" + name, mapping, inherited, around));
      }
      case Fields mapping when mapping.has("task") -> {
        String name = name(mapping, "task");
        Optional<IndexEntry> entry = index.find(name);
        Fields own = inherited.with(mapping.without("task"));
        yield entry.isPresent()
            ? named(entry.get(), own, around)
            : List.of(new Leaf(factory.task(own.with("task", group.name() + "::" + name))));
      }
      default -> throw member.wrong("the name of a task, or a mapping with 'task' or 'group'");
    };
  }

  private List<TaskTree> named(IndexEntry entry, Fields overrides, Set<String> around) {
    return switch (entry) {
      case OfTask task -> List.of(new Leaf(factory.task(task.fields().with(overrides))));
      case OfGroup group -> List.of(group(group.name(), group.fields(), overrides, around));
      case OfTag tag -> {
        List<TaskTree> tasks = new ArrayList<>();
        for (String name : tag.tasks()) {
          tasks.addAll(named(index.find(name).orElseThrow(), overrides, around));
        }
        yield tasks;
      }
    };
  }

  private static String name(Fields fields, String key) {
    YamlNode node = fields.get(key).orElse(fields);
    if (node instanceof Scalar(Value value, _)) {
      return Printing.str(value);
    }
    throw node.wrong("a name");
  }
}
