package neox.template.value;

import java.util.List;
import java.util.stream.Collectors;
import neox.python.PythonRepr;

/// Python's `str` and `repr`.
public final class Printing {
  /// What `{{ value }}` prints.
  public static String str(Value value) {
    return switch (value) {
      case Value.Text text -> text.value();
      case Value.Undefined undefined -> {
        if (undefined.strict()) {
          throw Fault.of("%s", undefined.problem());
        }
        yield "";
      }
      default -> repr(value);
    };
  }

  static String repr(Value value) {
    return switch (value) {
      case Value.None none -> "None";
      case Value.Bool bool -> bool.value() ? "True" : "False";
      case Value.Int number -> number.value().toString();
      case Value.Real number -> PythonRepr.of(number.value());
      case Value.Text text -> PythonRepr.of(text.value());
      case Value.Listing list -> "[" + join(list.items()) + "]";
      case Value.Tuple tuple ->
          "(" + join(tuple.items()) + (tuple.items().size() == 1 ? ",)" : ")");
      case Value.Range range ->
          range.step() == 1
              ? "range(" + range.start() + ", " + range.stop() + ")"
              : "range(" + range.start() + ", " + range.stop() + ", " + range.step() + ")";
      case Value.View view -> view.type() + "([" + join(view.items()) + "])";
      case Dict dict ->
          dict.items().stream()
              .map(item -> ((Value.Tuple) item).items())
              .map(pair -> repr(pair.getFirst()) + ": " + repr(pair.getLast()))
              .collect(Collectors.joining(", ", "{", "}"));
      case Value.Undefined undefined -> "Undefined";
      case Value.Lazy lazy -> throw Fault.of("a generator cannot be printed; add |list before it");
      case Value.Callable function ->
          throw Fault.of("the function '%s' cannot be printed; call it", function.name());
      case Namespace namespace -> throw Fault.of("a namespace cannot be printed");
      case Loop loop -> throw Fault.of("loop cannot be printed");
    };
  }

  private static String join(List<Value> items) {
    return items.stream().map(Printing::repr).collect(Collectors.joining(", "));
  }

  private Printing() {}
}
