package neox.template.value;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What `namespace()` gives: attributes that `{% set ns.x = … %}` may change, from inside loops
/// too.
public final class Namespace implements Value {
  private final Map<String, Value> attributes = new LinkedHashMap<>();

  public Namespace() {}

  Optional<Value> get(String name) {
    return Optional.ofNullable(attributes.get(name));
  }

  Dict dict() {
    Dict.Builder dict = new Dict.Builder();
    attributes.forEach(dict::put);
    return dict.build();
  }

  public void set(String name, Value value) {
    attributes.put(name, value);
  }

  @Override
  public String type() {
    return "Namespace";
  }
}
