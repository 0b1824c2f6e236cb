package neox.template.value;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Strings that are said to be HTML: what comes to them is escaped, and gives such a string again.
public final class Markup {
  /// Methods that escape the argument of this number, from 0.
  private static final Map<String, Integer> ESCAPED =
      Map.of("replace", 1, "ljust", 1, "rjust", 1, "center", 1);

  private static final Set<String> OF_TEXTS = Set.of("join");

  /// A value as HTML; what is HTML already stays.
  public static Value.Text escape(Value value) {
    return value instanceof Value.Text(_, boolean isMarkup) && isMarkup
        ? (Value.Text) value
        : escape(Printing.str(value));
  }

  /// Text as HTML.
  public static Value.Text escape(String text) {
    String escaped =
        text.replace("&", "&amp;")
            .replace(">", "&gt;")
            .replace("<", "&lt;")
            .replace("'", "&#39;")
            .replace("\"", "&#34;");
    return new Value.Text(escaped, true);
  }

  /// The method of a string that is HTML.
  static Value call(String text, String name, Arguments arguments) {
    return mark(TextMethods.call(text, name, escaped(name, arguments)));
  }

  private static Arguments escaped(String name, Arguments arguments) {
    if (OF_TEXTS.contains(name) && arguments.positional().size() == 1) {
      List<Value> items = Sequences.items(arguments.positional().getFirst());
      return new Arguments(
          List.of(new Value.Listing(items.stream().<Value>map(Markup::escape).toList())),
          arguments.named());
    }
    int index = ESCAPED.getOrDefault(name, Integer.MAX_VALUE);
    if (index >= arguments.positional().size()) {
      return arguments;
    }
    List<Value> positional = new java.util.ArrayList<>(arguments.positional());
    positional.set(index, escape(positional.get(index)));
    return new Arguments(positional, new LinkedHashMap<>(arguments.named()));
  }

  private static Value mark(Value value) {
    return switch (value) {
      case Value.Text(String text, _) -> new Value.Text(text, true);
      case Value.Listing list ->
          new Value.Listing(list.items().stream().map(Markup::mark).toList());
      case Value.Tuple tuple -> new Value.Tuple(tuple.items().stream().map(Markup::mark).toList());
      default -> value;
    };
  }

  private Markup() {}
}
