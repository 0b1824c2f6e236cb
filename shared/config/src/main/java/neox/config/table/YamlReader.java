package neox.config.table;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.config.table.Value.Field;
import neox.config.table.Value.Fields;
import neox.config.table.Value.Items;
import neox.config.table.Value.Scalar;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/// Reads YAML, and JSON with comments, into [Value]s that know their lines.
///
/// Works on SnakeYAML's nodes, before its own rules turn words into numbers; ours are in [Scalar].
public final class YamlReader {
  /// Far beyond any real configuration; stops a file whose aliases unfold without end.
  private static final int MAX_VALUES = 100_000;

  private static final Set<Tag> PLAIN_TAGS =
      Set.of(Tag.STR, Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL, Tag.SEQ, Tag.MAP, Tag.TIMESTAMP);

  private final String file;

  /// The key whose value is read, as it starts a message; empty for a whole file.
  private final String subject;

  private final Problems problems;
  private int values;

  private YamlReader(String file, String subject, Problems problems) {
    this.file = file;
    this.subject = subject;
    this.problems = problems;
  }

  /// The mapping that a whole file holds; empty when there is none, with the reason in `problems`.
  /// Keys of the top level have `-` replaced by `_`.
  public static Optional<Fields> file(String text, String file, Problems problems) {
    Optional<Value> value = new YamlReader(file, "", problems).read(text);
    return switch (value.orElse(null)) {
      case Fields fields -> Optional.of(fields);
      case null -> Optional.empty();
      case Scalar scalar when scalar.isNull() ->
          Optional.of(new Fields(Map.of(), new Origin(file, 1)));
      case Value other -> {
        problems.add(other.origin(), "expected 'key: value' lines, found %s", other.describe());
        yield Optional.empty();
      }
    };
  }

  /// The value in `--set key=text`.
  public static Optional<Value> override(String key, String text, Problems problems) {
    return new YamlReader(Origin.OVERRIDE.file(), key + ": ", problems).read(text);
  }

  private Optional<Value> read(String text) {
    try {
      Node root = new Yaml(new LoaderOptions()).compose(new java.io.StringReader(text));
      return Optional.of(root == null ? new Scalar("", true, at(1)) : convert(root, 0));
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      problems.add(at(line), "%snot valid YAML: %s", subject, firstLine(e.getProblem()));
    } catch (YAMLException e) {
      problems.add(at(1), "%snot valid YAML: %s", subject, firstLine(e.getMessage()));
    }
    return Optional.empty();
  }

  private Value convert(Node node, int depth) {
    Origin origin = at(node.getStartMark().getLine() + 1);
    if (++values > MAX_VALUES || depth > 50) {
      throw new YAMLException("too many values, or a value that contains itself");
    }
    if (!PLAIN_TAGS.contains(node.getTag())) {
      problems.add(origin, "tag %s is not allowed in a configuration", node.getTag());
    }
    return switch (node) {
      case ScalarNode scalar ->
          new Scalar(scalar.getValue(), scalar.getScalarStyle() == ScalarStyle.PLAIN, origin);
      case SequenceNode sequence -> items(sequence, origin, depth);
      case MappingNode mapping -> fields(mapping, origin, depth);
      default -> throw new YAMLException("unexpected " + node.getNodeId());
    };
  }

  private Items items(SequenceNode node, Origin origin, int depth) {
    List<Value> items = new ArrayList<>();
    for (Node item : node.getValue()) {
      items.add(convert(item, depth + 1));
    }
    return new Items(items, origin);
  }

  private Fields fields(MappingNode node, Origin origin, int depth) {
    Map<String, Field> fields = new LinkedHashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      Origin keyOrigin = at(tuple.getKeyNode().getStartMark().getLine() + 1);
      if (!(tuple.getKeyNode() instanceof ScalarNode key)) {
        problems.add(keyOrigin, "expected a name before ':', found a list or mapping");
        continue;
      }
      String name = depth == 0 ? key.getValue().replace('-', '_') : key.getValue();
      Field field = new Field(name, keyOrigin, convert(tuple.getValueNode(), depth + 1));
      Field first = fields.putIfAbsent(name, field);
      if (first != null) {
        reportDuplicate(problems, field, first);
      }
    }
    return new Fields(fields, origin);
  }

  public static void reportDuplicate(Problems problems, Field again, Field first) {
    problems.add(
        again.origin(),
        "%s: given twice, first at %s; remove one of them",
        again.name(),
        first.origin());
  }

  private Origin at(int line) {
    return subject.isEmpty() ? new Origin(file, line) : Origin.OVERRIDE;
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "" : message.lines().findFirst().orElse("").strip();
  }
}
