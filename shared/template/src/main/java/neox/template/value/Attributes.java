package neox.template.value;

import java.util.Optional;
import neox.python.PythonRepr;
import neox.python.PythonText;

/// `value.name` and `value[key]`: Jinja lets each stand in for the other, the one written first.
public final class Attributes {

  /// `value.name`
  public static Value attribute(Value value, String name, Dialect dialect) {
    Arithmetic.requireDefined(value);
    return own(value, name, dialect)
        .or(() -> Sequences.item(value, new Value.Text(name)))
        .orElseGet(() -> missing(value, "attribute", PythonRepr.of(name), dialect));
  }

  /// `value[key]`
  public static Value item(Value value, Value key, Dialect dialect) {
    Arithmetic.requireDefined(value);
    Optional<Value> item = Sequences.item(value, key);
    if (item.isPresent()) {
      return item.get();
    }
    if (key instanceof Value.Text(String name, _)) {
      return own(value, name, dialect)
          .orElseGet(() -> missing(value, "attribute", PythonRepr.of(name), dialect));
    }
    return missing(value, "element", Printing.repr(key), dialect);
  }

  private static Value missing(Value value, String kind, String name, Dialect dialect) {
    String owner = value == Value.None.NONE ? "None" : value.type() + " object";
    String quoted = kind.equals("attribute") ? "'" + owner + "'" : owner;
    return dialect.undefined(quoted + " has no " + kind + " " + name);
  }

  /// What Python calls an attribute: a method, or a field of Jinja's own objects.
  public static Optional<Value> own(Value value, String name, Dialect dialect) {
    if (name.startsWith("__")) {
      return internal(value, name);
    }
    return switch (value) {
      case Value.Text text when name.equals("format") || name.equals("format_map") ->
          method(true, name, a -> BraceFormat.call(text, name, a, dialect));
      case Value.Text text ->
          method(TextMethods.exists(name), name, a -> TextMethods.call(text, name, a));
      case Dict dict ->
          method(CollectionMethods.ofDict(name), name, a -> CollectionMethods.call(dict, name, a));
      case Value.Listing list ->
          method(
              CollectionMethods.ofList(name),
              name,
              a -> CollectionMethods.call("list", list.items(), name, a));
      case Value.Tuple tuple when tuple.names().contains(name) ->
          Optional.of(tuple.items().get(tuple.names().indexOf(name)));
      case Value.Tuple tuple ->
          method(
              CollectionMethods.ofTuple(name),
              name,
              a -> CollectionMethods.call("tuple", tuple.items(), name, a));
      case Namespace namespace -> namespace.get(name);
      case Loop loop -> loop.attribute(name);
      case Value.Bool bool -> NumberMethods.of(bool, name);
      case Value.Int number -> NumberMethods.of(number, name);
      case Value.Real number -> NumberMethods.of(number, name);
      case Range range -> range(range, name);
      case Value.View view -> unsupported(view, name, "isdisjoint mapping");
      case Value.Callable function -> Optional.ofNullable(function.attributes().get(name));
      case Value.Custom custom -> custom.attributes().apply(name);
      case Value.None none -> Optional.empty();
      case Value.Lazy lazy -> unsupported(lazy, name, "send throw close");
      case Value.Undefined undefined -> Optional.empty();
    };
  }

  private static Optional<Value> method(boolean exists, String name, Value.Callable.Body body) {
    return exists ? Optional.of(new Value.Callable(name, body)) : Optional.empty();
  }

  private static Optional<Value> range(Range range, String name) {
    return switch (name) {
      case "start" -> Optional.of(new Value.Int(range.start()));
      case "stop" -> Optional.of(new Value.Int(range.stop()));
      case "step" -> Optional.of(new Value.Int(range.step()));
      default ->
          method(
              CollectionMethods.ofTuple(name),
              name,
              a -> CollectionMethods.call("range", range.items(), name, a));
    };
  }

  /// What Python has and this engine has not is an error, lest the template print nothing for it.
  static Optional<Value> unsupported(Value value, String name, String names) {
    if (PythonText.split(names, -1).contains(name)) {
      throw Fault.of("%s.%s is not supported", value.type(), name);
    }
    return Optional.empty();
  }

  private static Optional<Value> internal(Value value, String name) {
    if (value instanceof Dict dict && dict.get(name).isPresent()) {
      return Optional.empty();
    }
    throw Fault.of("access to attribute '%s' of '%s' object is unsafe", name, value.type());
  }

  private Attributes() {}
}
