package neox.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import neox.template.value.Value;

/// Names and what they stand for, inside the names around them. Not thread-safe.
final class Scope {
  private final Optional<Scope> around;
  private final Map<String, Value> names = new HashMap<>();

  private Scope(Optional<Scope> around) {
    this.around = around;
  }

  static Scope outermost(Map<String, Value> names) {
    Scope scope = new Scope(Optional.empty());
    scope.names.putAll(names);
    return scope;
  }

  Scope inner() {
    return new Scope(Optional.of(this));
  }

  void set(String name, Value value) {
    names.put(name, value);
  }

  Optional<Value> get(String name) {
    for (Optional<Scope> s = Optional.of(this); s.isPresent(); s = s.get().around) {
      Value value = s.get().names.get(name);
      if (value != null) {
        return Optional.of(value);
      }
    }
    return Optional.empty();
  }
}
