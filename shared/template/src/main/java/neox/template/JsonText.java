package neox.template;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import neox.base.PythonRepr;
import neox.template.Arguments.Bound;
import neox.template.Dialect.Option;

/// Values as Python's `json.dumps` writes them: the filter `tojson`.
final class JsonText {
  private final boolean ascii;
  private final boolean sorted;
  private final Optional<String> indent;
  private final String comma;
  private final String colon;
  private final StringBuilder out = new StringBuilder();

  private JsonText(
      boolean ascii, boolean sorted, Optional<String> indent, String comma, String colon) {
    this.ascii = ascii;
    this.sorted = sorted;
    this.indent = indent;
    this.comma = comma;
    this.colon = colon;
  }

  /// The filter as the dialect has it.
  static Value filter(Value subject, Arguments arguments, Dialect dialect) {
    if (dialect.has(Option.PLAIN_JSON)) {
      return new Value.Text(plain(subject, arguments));
    }
    Bound bound = arguments.bind("tojson", 0, "indent");
    Optional<String> indent = bound.unlessNone(0).map(JsonText::indent);
    JsonText json = new JsonText(true, true, indent, indent.isPresent() ? "," : ", ", ": ");
    json.write(subject, 0);
    return new Value.Text(
        json.out
            .toString()
            .replace("<", "\\u003c")
            .replace(">", "\\u003e")
            .replace("&", "\\u0026")
            .replace("'", "\\u0027"));
  }

  private static String plain(Value subject, Arguments arguments) {
    Bound bound = arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    Optional<String> indent = bound.unlessNone(1).map(JsonText::indent);
    List<Value> separators =
        bound
            .unlessNone(2)
            .map(Sequences::items)
            .orElse(List.of(Value.of(indent.isPresent() ? "," : ", "), Value.of(": ")));
    if (separators.size() != 2) {
      throw Fault.of("tojson: separators must be two strings, found %d", separators.size());
    }
    JsonText json =
        new JsonText(
            bound.isTrue(0),
            bound.isTrue(3),
            indent,
            Printing.str(separators.getFirst()),
            Printing.str(separators.getLast()));
    json.write(subject, 0);
    return json.out.toString();
  }

  private static String indent(Value indent) {
    return indent instanceof Value.Text(String text)
        ? text
        : " "
            .repeat(
                Math.max(
                    0,
                    new Arguments(List.of(indent), java.util.Map.of())
                        .bind("tojson", 1, "indent")
                        .integer(0, 0)));
  }

  private void write(Value value, int depth) {
    switch (value) {
      case Value.None none -> out.append("null");
      case Value.Bool bool -> out.append(bool.value());
      case Value.Int number -> out.append(number.value());
      case Value.Real number -> out.append(number(number.value()));
      case Value.Text text -> quote(text.value());
      case Value.Listing list -> writeList(list.items(), depth);
      case Value.Tuple tuple -> writeList(tuple.items(), depth);
      case Dict dict -> writeDict(dict, depth);
      default -> throw Fault.of("object of type %s is not JSON serializable", value.type());
    }
  }

  private static String number(double number) {
    if (Double.isNaN(number)) {
      return "NaN";
    }
    return Double.isInfinite(number)
        ? (number > 0 ? "Infinity" : "-Infinity")
        : PythonRepr.of(number);
  }

  private void writeList(List<Value> items, int depth) {
    out.append('[');
    for (int i = 0; i < items.size(); i++) {
      out.append(i == 0 ? "" : comma);
      newLine(depth + 1);
      write(items.get(i), depth + 1);
    }
    close(items.isEmpty(), depth, ']');
  }

  private void writeDict(Dict dict, int depth) {
    out.append('{');
    List<Value> keys = new ArrayList<>(dict.keys());
    if (sorted) {
      keys = Sequences.sorted(keys, key -> key, false);
    }
    for (int i = 0; i < keys.size(); i++) {
      out.append(i == 0 ? "" : comma);
      newLine(depth + 1);
      quote(key(keys.get(i)));
      out.append(colon);
      write(dict.get(keys.get(i)).orElseThrow(), depth + 1);
    }
    close(keys.isEmpty(), depth, '}');
  }

  private static String key(Value key) {
    return switch (key) {
      case Value.Text text -> text.value();
      case Value.None none -> "null";
      case Value.Bool bool -> Boolean.toString(bool.value());
      case Value.Int number -> number.value().toString();
      case Value.Real number -> number(number.value());
      default -> throw Fault.of("keys must be str, int, float, bool or None, not %s", key.type());
    };
  }

  private void close(boolean empty, int depth, char bracket) {
    if (!empty) {
      newLine(depth);
    }
    out.append(bracket);
  }

  private void newLine(int depth) {
    indent.ifPresent(unit -> out.append('\n').append(unit.repeat(depth)));
  }

  private void quote(String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        default -> {
          if (c < 0x20 || (ascii && c > 0x7f)) {
            out.append(String.format(Locale.ROOT, "\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
