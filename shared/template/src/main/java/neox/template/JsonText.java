package neox.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.python.JsonWriter;
import neox.python.JsonWriter.Escaping;
import neox.python.JsonWriter.Layout;
import neox.template.value.Arguments;
import neox.template.value.Arguments.Bound;
import neox.template.value.Dialect;
import neox.template.value.Dialect.Option;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Printing;
import neox.template.value.Sequences;
import neox.template.value.Size;
import neox.template.value.Value;

/// Values as Python's `json.dumps` writes them: the filter `tojson`.
final class JsonText {
  /// The order in which the keys of a dictionary are written.
  private enum KeyOrder {
    AS_GIVEN,
    SORTED
  }

  private final KeyOrder order;
  private final JsonWriter out;
  private int written;

  private JsonText(KeyOrder order, Layout layout) {
    this.order = order;
    this.out = new JsonWriter(layout);
  }

  /// The filter as the dialect has it.
  static Value filter(Value subject, Arguments arguments, Dialect dialect) {
    if (dialect.has(Option.PLAIN_JSON)) {
      return new Value.Text(plain(subject, arguments));
    }
    Bound bound = arguments.bind("tojson", 0, "indent");
    Optional<String> indent = bound.unlessNone(0).map(JsonText::indent);
    JsonText json = new JsonText(KeyOrder.SORTED, Layout.of(Escaping.ASCII, indent));
    return new Value.Text(
        json.dumps(subject)
            .replace("<", "\\u003c")
            .replace(">", "\\u003e")
            .replace("&", "\\u0026")
            .replace("'", "\\u0027"),
        true);
  }

  private static String plain(Value subject, Arguments arguments) {
    Bound bound = arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    Escaping escaping = bound.isTrue(0) ? Escaping.ASCII : Escaping.NEEDED;
    Optional<String> indent = bound.unlessNone(1).map(JsonText::indent);
    Layout layout =
        bound
            .unlessNone(2)
            .map(separators -> separated(escaping, indent, Sequences.items(separators)))
            .orElseGet(() -> Layout.of(escaping, indent));
    KeyOrder order = bound.isTrue(3) ? KeyOrder.SORTED : KeyOrder.AS_GIVEN;
    return new JsonText(order, layout).dumps(subject);
  }

  private static Layout separated(
      Escaping escaping, Optional<String> indent, List<Value> separators) {
    if (separators.size() != 2) {
      throw Fault.of("tojson: separators must be two strings, found %d", separators.size());
    }
    return new Layout(
        escaping, indent, Printing.str(separators.getFirst()), Printing.str(separators.getLast()));
  }

  private static String indent(Value indent) {
    if (indent instanceof Value.Text(String text, _)) {
      return text;
    }
    Bound bound = new Arguments(List.of(indent), Map.of()).bind("tojson", 1, "indent");
    return " ".repeat(Math.max(0, bound.integer(0, 0)));
  }

  private String dumps(Value value) {
    write(value);
    return out.toString();
  }

  private void write(Value value) {
    Size.require(++written);
    switch (value) {
      case Value.None none -> out.none();
      case Value.Bool bool -> out.bool(bool.value());
      case Value.Int number -> out.integer(number.value());
      case Value.Real number -> out.real(number.value());
      case Value.Text text -> out.text(text.value());
      case Value.Listing list -> writeList(list.items());
      case Value.Tuple tuple -> writeList(tuple.items());
      case Dict dict -> writeDict(dict);
      default -> throw Fault.of("object of type %s is not JSON serializable", value.type());
    }
  }

  private void writeList(List<Value> items) {
    out.openList();
    for (Value item : items) {
      out.item();
      write(item);
    }
    out.closeList();
  }

  private void writeDict(Dict dict) {
    List<Value> keys =
        switch (order) {
          case AS_GIVEN -> new ArrayList<>(dict.keys());
          case SORTED -> Sequences.sorted(new ArrayList<>(dict.keys()), key -> key, false);
        };
    out.openDict();
    for (Value key : keys) {
      out.key(key(key));
      write(dict.get(key).orElseThrow());
    }
    out.closeDict();
  }

  private static String key(Value key) {
    return switch (key) {
      case Value.Text text -> text.value();
      case Value.None none -> "null";
      case Value.Bool bool -> Boolean.toString(bool.value());
      case Value.Int number -> number.value().toString();
      case Value.Real number -> JsonWriter.number(number.value());
      default -> throw Fault.of("keys must be str, int, float, bool or None, not %s", key.type());
    };
  }
}
