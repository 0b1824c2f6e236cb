package neox.config.table;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.table.Value.Field;
import neox.config.table.Value.Fields;
import neox.config.table.Value.Items;
import neox.config.table.Value.Scalar;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.NodeEvent;
import org.yaml.snakeyaml.events.ScalarEvent;

/// Makes [Value]s of the events of one YAML document: anchors, aliases, tags and merge keys as
/// PyYAML understands them. Used once.
final class YamlComposer {
  /// Far beyond any real configuration; stops a file whose aliases unfold without end.
  private static final int MAX_VALUES = 100_000;

  private static final int MAX_DEPTH = 50;
  private static final String YAML_TAG = "tag:yaml.org,2002:";

  /// Where a line is, as messages name it.
  interface Places {
    Origin at(int line);
  }

  /// A value that aliases may repeat.
  ///
  /// @param value empty while it is read
  /// @param size how many values it is, with everything in it unfolded
  private record Anchored(Optional<Value> value, int size) {}

  private final Iterator<Event> events;
  private final Places places;
  private final String subject;
  private final Problems problems;
  private final Map<String, Anchored> anchors = new HashMap<>();
  private int values;

  /// @param subject the key whose value is read, as it starts a message; empty for a whole file
  YamlComposer(Iterator<Event> events, Places places, String subject, Problems problems) {
    this.events = events;
    this.places = places;
    this.subject = subject;
    this.problems = problems;
  }

  /// The only document of the stream; null when there is none.
  Value document() {
    events.next(); // the start of the stream
    if (events.next().is(Event.ID.StreamEnd)) {
      return new Scalar("", true, places.at(1));
    }
    Value value = value(events.next(), 0);
    events.next(); // the end of the document
    Event next = events.next();
    if (!next.is(Event.ID.StreamEnd)) {
      int line = next.getStartMark().getLine() + 1;
      problems.add(places.at(line), "%sexpected one document, found another after '---'", subject);
    }
    return value;
  }

  private Value value(Event event, int depth) {
    if (++values > MAX_VALUES || depth > MAX_DEPTH) {
      throw endless();
    }
    if (event instanceof AliasEvent alias) {
      return repeated(alias.getAnchor());
    }
    int before = values;
    NodeEvent node = (NodeEvent) event;
    String anchor = node.getAnchor();
    if (anchor != null && anchors.put(anchor, new Anchored(Optional.empty(), 0)) != null) {
      throw new YAMLException("found duplicate anchor " + anchor);
    }
    Origin origin = places.at(event.getStartMark().getLine() + 1);
    Value value =
        switch (event) {
          case ScalarEvent scalar -> scalar(scalar, origin);
          case CollectionStartEvent start when start.is(Event.ID.SequenceStart) ->
              items(start, origin, depth);
          case CollectionStartEvent start -> fields(start, origin, depth);
          default -> throw new YAMLException("unexpected " + event.getEventId());
        };
    if (anchor != null) {
      anchors.put(anchor, new Anchored(Optional.of(value), values - before + 1));
    }
    return value;
  }

  private Value repeated(String anchor) {
    Anchored anchored = anchors.get(anchor);
    if (anchored == null) {
      throw new YAMLException("found undefined alias " + anchor);
    }
    values += anchored.size() - 1;
    if (values > MAX_VALUES) {
      throw endless();
    }
    return anchored.value().orElseThrow(YamlComposer::endless);
  }

  private static YAMLException endless() {
    return new YAMLException("too many values, or a value that contains itself");
  }

  private Scalar scalar(ScalarEvent event, Origin origin) {
    String tag = event.getTag();
    boolean plain = event.getImplicit().canOmitTagInPlainScalar(); // also with the tag `!`
    if (tag == null || tag.equals("!")) {
      return new Scalar(event.getValue(), plain, origin);
    }
    String type = shortTag(tag);
    Scalar scalar = new Scalar(event.getValue(), !type.equals("!!str"), origin);
    Object value = scalar.resolve();
    boolean fits =
        switch (type) {
          case "!!str" -> true;
          case "!!int" -> value instanceof Long;
          case "!!float" -> value instanceof Number;
          case "!!bool" -> value instanceof Boolean;
          case "!!null" -> value == null;
          default -> {
            refuse(type, origin);
            yield true;
          }
        };
    if (!fits) {
      problems.add(origin, "%s%s is not what its tag %s says", subject, scalar.describe(), type);
    }
    return scalar;
  }

  private void refuse(String tag, Origin origin) {
    problems.add(origin, "%stag %s is not allowed in a configuration", subject, tag);
  }

  private static String shortTag(String tag) {
    return tag.startsWith(YAML_TAG) ? "!!" + tag.substring(YAML_TAG.length()) : tag;
  }

  private void checkTag(CollectionStartEvent start, String expected, Origin origin) {
    String tag = start.getTag();
    if (tag != null && !tag.equals("!") && !shortTag(tag).equals(expected)) {
      refuse(shortTag(tag), origin);
    }
  }

  private Items items(CollectionStartEvent start, Origin origin, int depth) {
    checkTag(start, "!!seq", origin);
    List<Value> items = new ArrayList<>();
    for (Event next = events.next(); !next.is(Event.ID.SequenceEnd); next = events.next()) {
      items.add(value(next, depth + 1));
    }
    return new Items(items, origin);
  }

  private Fields fields(CollectionStartEvent start, Origin origin, int depth) {
    checkTag(start, "!!map", origin);
    Map<String, Field> own = new LinkedHashMap<>();
    Map<String, Field> merged = new LinkedHashMap<>();
    for (Event key = events.next(); !key.is(Event.ID.MappingEnd); key = events.next()) {
      Value name = value(key, depth + 1);
      Value value = value(events.next(), depth + 1);
      if (!(name instanceof Scalar scalar)) {
        problems.add(name.origin(), "expected a name before ':', found a list or mapping");
      } else if (scalar.plain() && scalar.text().equals("<<")) {
        merge(merged, value, depth);
      } else {
        addOwn(own, field(scalar.text(), scalar.origin(), value, depth));
      }
    }
    merged.putAll(own);
    return new Fields(merged, origin);
  }

  private static Field field(String name, Origin origin, Value value, int depth) {
    return new Field(depth == 0 ? name.replace('-', '_') : name, origin, value);
  }

  private void addOwn(Map<String, Field> own, Field field) {
    Field first = own.putIfAbsent(field.name(), field);
    if (first != null) {
      YamlReader.checkRepeated(problems, field, first);
    }
  }

  /// `<<: *a`, `<<: [*a, *b]`: the fields of other mappings, which the mapping's own win over; of
  /// several mappings in a list the first wins.
  private void merge(Map<String, Field> merged, Value value, int depth) {
    List<Value> sources = value instanceof Items list ? list.items().reversed() : List.of(value);
    for (Value source : sources) {
      if (source instanceof Fields fields) {
        for (Field field : fields.fields().values()) {
          Field renamed = field(field.name(), field.origin(), field.value(), depth);
          merged.put(renamed.name(), renamed);
        }
      } else {
        problems.add(
            source.origin(),
            "%s<<: expected a mapping, or a list of mappings, to merge; found %s",
            subject,
            source.describe());
      }
    }
  }
}
