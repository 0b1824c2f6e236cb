package neox.template;

import java.time.Clock;
import java.util.Map;
import neox.template.value.Arguments;
import neox.template.value.CollectionMethods;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Namespace;
import neox.template.value.Printing;
import neox.template.value.Value;
import neox.template.value.Value.Callable;

/// The functions that templates find.
public final class Functions {
  /// Those of every template.
  static final Map<String, Value> GLOBAL =
      Map.of(
          "range", new Callable("range", CollectionMethods::range),
          "dict", new Callable("dict", CollectionMethods::dict),
          "namespace", new Callable("namespace", Functions::namespace),
          "joiner", new Callable("joiner", Functions::joiner));

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

  private Functions() {}
}
