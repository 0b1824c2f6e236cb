package neox.template;

import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.template.value.Arguments;
import neox.template.value.CollectionMethods;
import neox.template.value.Dialect;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Namespace;
import neox.template.value.Printing;
import neox.template.value.Range;
import neox.template.value.Value;
import neox.template.value.Value.Callable;

/// The functions that templates find.
public final class Functions {
  /// Those of every template, in a map of the caller's.
  static Map<String, Value> of(Dialect dialect) {
    Map<String, Value> functions = new HashMap<>(EVERYWHERE);
    functions.put(
        "range",
        dialect.has(Dialect.Option.SANDBOX)
            ? new Callable("safe_range", Range::ofFew)
            : Callable.type("range", Range::of));
    return functions;
  }

  private static final Map<String, Value> EVERYWHERE =
      Map.of(
          "dict", Callable.type("dict", CollectionMethods::dict),
          "namespace", Callable.type("jinja2.utils.Namespace", Functions::namespace),
          "joiner", Callable.type("jinja2.utils.Joiner", Functions::joiner),
          "cycler", Callable.type("jinja2.utils.Cycler", Functions::cycler),
          "lipsum", new Callable("lipsum", Functions::lipsum));

  /// Those that Hugging Face adds for chat templates: `raise_exception` and `strftime_now`.
  ///
  /// @param clock what the time is
  public static Map<String, Value> forChat(Clock clock) {
    return Map.of(
        "raise_exception",
        new Callable("raise_exception", Functions::raise),
        "strftime_now",
        new Callable("strftime_now", arguments -> time(arguments, clock)));
  }

  private static Value raise(Arguments arguments) {
    throw Fault.of("%s", Printing.str(arguments.bind("raise_exception", 1, "message").value(0)));
  }

  private static Value time(Arguments arguments, Clock clock) {
    String format = arguments.bind("strftime_now", 1, "format").text(0);
    return new Value.Text(TimeFormat.format(format, java.time.ZonedDateTime.now(clock)));
  }

  private static Value namespace(Arguments arguments) {
    Namespace namespace = new Namespace();
    Dict names = (Dict) CollectionMethods.dict(arguments);
    names.keys().forEach(key -> namespace.set(Printing.str(key), names.get(key).orElseThrow()));
    return namespace;
  }

  /// A function that gives nothing at first, and then the separator every time.
  private static Value joiner(Arguments arguments) {
    String separator = arguments.bind("joiner", 0, "sep").text(0, ", ");
    boolean[] used = {false};
    return new Callable(
        "joiner",
        none -> {
          Value text = new Value.Text(used[0] ? separator : "");
          used[0] = true;
          return text;
        });
  }

  /// Gives its items one after the other, round and round.
  private static Value cycler(Arguments arguments) {
    List<Value> items = arguments.positional();
    if (items.isEmpty() || !arguments.named().isEmpty()) {
      throw Fault.of("at least one item has to be provided");
    }
    int[] at = {0};
    Callable next = new Callable("next", none -> items.get(at[0]++ % items.size()));
    Callable reset =
        new Callable(
            "reset",
            none -> {
              at[0] = 0;
              return Value.None.NONE;
            });
    return new Value.Custom(
        "Cycler",
        name ->
            switch (name) {
              case "next" -> Optional.of(next);
              case "reset" -> Optional.of(reset);
              case "current" -> Optional.of(items.get(at[0] % items.size()));
              case "pos" -> Optional.of(Value.Int.of(at[0] % items.size()));
              case "items" -> Optional.of(new Value.Tuple(items));
              default -> Optional.empty();
            });
  }

  private static Value lipsum(Arguments arguments) {
    throw Fault.of("lipsum() is not supported: it gives another text each time");
  }

  private Functions() {}
}
