package neox.evaluation.yaml;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Consumer;
import neox.base.UserException;
import neox.evaluation.yaml.YamlNode.Field;
import neox.evaluation.yaml.YamlNode.Fields;
import neox.evaluation.yaml.YamlNode.FunctionName;
import neox.evaluation.yaml.YamlNode.Items;
import neox.evaluation.yaml.YamlNode.Scalar;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.composer.Composer;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;
import org.yaml.snakeyaml.scanner.ScannerException;

/// Reads the text of one file. Used once.
final class YamlText {
  /// Far beyond any real file; stops aliases that unfold without end.
  private static final int MAX_VALUES = 1_000_000;

  private static final int MAX_DEPTH = 50;
  private static final int MAX_ESCAPES = 1000;
  private static final String FUNCTION = "!function";

  private final Path file;
  private final Consumer<String> warnings;
  private int values;

  private YamlText(Path file, Consumer<String> warnings) {
    this.file = file;
    this.warnings = warnings;
  }

  /// The mapping that the text is; [UserException] `file:line: …` when it is none.
  ///
  /// @param file absolute
  /// @param warnings told of what PyYAML passes over in silence
  static Fields parse(String text, Path file, Consumer<String> warnings) {
    try {
      Node root = compose(text);
      if (root == null) {
        throw UserException.of("%s: expected 'key: value' lines, found nothing", file);
      }
      YamlNode node = new YamlText(file, warnings).node(root, 0);
      return node instanceof Fields fields ? fields : refuse(node);
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      throw UserException.of("%s:%d: not valid YAML: %s", file, line, firstLine(e.getProblem()));
    } catch (YAMLException e) {
      throw UserException.of("%s: not valid YAML: %s", file, firstLine(e.getMessage()));
    }
  }

  /// The escape `\/` of JSON, which libyaml takes and SnakeYAML does not, is taken, too.
  private static @Nullable Node compose(String text) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE); // the file has been read already
    options.setMaxAliasesForCollections(MAX_VALUES);
    String rest = text;
    for (int escapes = 0; ; escapes++) {
      try {
        ParserImpl parser = new ParserImpl(new StreamReader(rest), options);
        return new Composer(parser, new PyYamlResolver(), options).getSingleNode();
      } catch (ScannerException e) {
        int slash = e.getProblemMark() == null ? 0 : e.getProblemMark().getIndex();
        int at = rest.offsetByCodePoints(0, Math.min(slash, rest.codePointCount(0, rest.length())));
        if (escapes == MAX_ESCAPES || !rest.startsWith("\\/", at - 1)) {
          throw e;
        }
        rest = rest.substring(0, at - 1) + rest.substring(at);
      }
    }
  }

  private static Fields refuse(YamlNode node) {
    throw node.wrong("'key: value' lines");
  }

  private static String firstLine(@Nullable String message) {
    return message == null ? "" : message.lines().findFirst().orElse("").strip();
  }

  private YamlNode node(Node node, int depth) {
    if (++values > MAX_VALUES || depth > MAX_DEPTH) {
      throw new YAMLException("too many values, or a value that contains itself");
    }
    return switch (node) {
      case ScalarNode scalar -> scalar(scalar);
      case SequenceNode list -> items(list, depth);
      case MappingNode mapping -> fields(mapping, depth);
      default -> throw new IllegalStateException("a " + node.getNodeId() + " in " + file);
    };
  }

  private Place place(Node node) {
    return new Place(file, node.getStartMark().getLine() + 1);
  }

  private YamlNode scalar(ScalarNode scalar) {
    Place place = place(scalar);
    if (scalar.getTag().getValue().equals(FUNCTION)) {
      return new FunctionName(scalar.getValue(), file.resolveSibling(""), place);
    }
    Value value =
        PyYamlScalar.of(scalar.getTag(), scalar.getValue())
            .orElseThrow(() ->
                UserException.of(
                    "%s: the tag %s does not fit '%s'; leave it out, or write !function"
                        + " module.function",
                    place, scalar.getTag().getValue(), scalar.getValue()));
    return new Scalar(value, place);
  }

  private Items items(SequenceNode list, int depth) {
    requireTag(list, Tag.SEQ);
    List<YamlNode> items = new ArrayList<>();
    for (Node item : list.getValue()) {
      items.add(node(item, depth + 1));
    }
    return new Items(items, place(list));
  }

  private Fields fields(MappingNode mapping, int depth) {
    requireTag(mapping, Tag.MAP);
    SequencedMap<Value, Field> own = new LinkedHashMap<>();
    SequencedMap<Value, Field> merged = new LinkedHashMap<>();
    for (NodeTuple tuple : mapping.getValue()) {
      YamlNode value = node(tuple.getValueNode(), depth + 1);
      if (tuple.getKeyNode().getTag().equals(Tag.MERGE)) {
        merge(value, merged);
        continue;
      }
      Field field = new Field(key(tuple.getKeyNode(), depth), place(tuple.getKeyNode()), value);
      Field first = own.put(field.key(), field);
      if (first != null) {
        warnings.accept(
            "%s: this key stands in line %d, too; the last one counts"
                .formatted(field.place(), first.place().line()));
      }
    }
    merged.putAll(own);
    return new Fields(merged, place(mapping));
  }

  private Value key(Node node, int depth) {
    YamlNode key = node(node, depth + 1);
    try {
      return Dict.plain(key.value());
    } catch (Fault fault) {
      throw key.wrong("a name before ':'");
    }
  }

  /// `<<: *a`, `<<: [*a, *b]`: the mapping's own fields win over those of others, and of several in
  /// a list the first.
  private static void merge(YamlNode value, SequencedMap<Value, Field> merged) {
    List<YamlNode> sources = value instanceof Items list ? list.items().reversed() : List.of(value);
    for (YamlNode source : sources) {
      if (!(source instanceof Fields fields)) {
        throw source.wrong("a mapping, or a list of mappings, to merge");
      }
      merged.putAll(fields.fields());
    }
  }

  private void requireTag(Node node, Tag expected) {
    if (!node.getTag().equals(expected)) {
      throw UserException.of(
          "%s: the tag %s does not fit a list or a mapping; leave it out",
          place(node), node.getTag().getValue());
    }
  }
}
