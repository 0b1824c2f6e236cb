package neox.template;

import java.util.Optional;
import java.util.function.UnaryOperator;
import neox.template.value.Attributes;
import neox.template.value.Value;

/// Attributes that filters name by a string, such as `a.b.0`.
final class Paths {

  /// What gives the part of a value; the value itself when no path is given.
  ///
  /// @param fallback takes the place of an undefined part
  static UnaryOperator<Value> getter(
      Optional<Value> path, Optional<Value> fallback, Evaluator evaluator) {
    if (path.isEmpty()) {
      return UnaryOperator.identity();
    }
    Value given = path.get();
    return item -> {
      Value part = item;
      if (given instanceof Value.Text(String names, _)) {
        for (String name : names.split("\\.", -1)) {
          part = step(part, key(name), fallback, evaluator);
        }
        return part;
      }
      return step(part, given, fallback, evaluator);
    };
  }

  private static Value step(Value value, Value key, Optional<Value> fallback, Evaluator evaluator) {
    Value part = Attributes.item(value, key, evaluator.dialect());
    return part instanceof Value.Undefined ? fallback.orElse(part) : part;
  }

  private static Value key(String name) {
    boolean number =
        !name.isEmpty() && name.length() < 19 && name.chars().allMatch(c -> c >= '0' && c <= '9');
    return number ? Value.Int.of(Long.parseLong(name)) : new Value.Text(name);
  }

  private Paths() {}
}
