package neox.evaluation.config;

import java.util.List;
import java.util.Optional;
import neox.evaluation.yaml.YamlNode;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.template.value.Value;

/// What a group file says.
///
/// @param alias the name in tables
/// @param members names of tasks, groups and tags, and mappings with `task` or `group`
/// @param aggregates the figures of the whole group
/// @param overrides keys that its tasks take on
public record GroupConfig(
    String name,
    String alias,
    List<YamlNode> members,
    List<AggregateEntry> aggregates,
    Optional<Fields> metadata,
    Fields overrides) {
  private static final String[] KEYS = {
    "group", "group_alias", "task", "aggregate_metric_list", "metadata"
  };

  public GroupConfig {
    members = List.copyOf(members);
    aggregates = List.copyOf(aggregates);
  }

  /// Checks keys and types of a mapping; [neox.base.UserException] `file:line: …` when something
  /// does not fit.
  ///
  /// @param name of the group: inline groups have another one than they say
  public static GroupConfig of(Fields fields, String name) {
    Keys keys = new Keys(fields);
    return new GroupConfig(
        name,
        keys.text("group_alias").orElse(name),
        keys.items("task"),
        keys.mappings("aggregate_metric_list").stream().map(AggregateEntry::from).toList(),
        keys.mapping("metadata"),
        fields.without(KEYS).without("include", "tag"));
  }

  /// The version, as results show it; empty where there is none.
  public Optional<Value> version() {
    return metadata.flatMap(mapping -> mapping.get("version")).map(YamlNode::value);
  }
}
