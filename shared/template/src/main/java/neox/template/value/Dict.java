package neox.template.value;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// A dictionary. As in Python the keys `1`, `1.0` and `True` are one key, which keeps its first
/// spelling.
public final class Dict implements Value {
  private record Entry(Value key, Value value) {}

  private final Map<Value, Entry> entries;

  private Dict(Map<Value, Entry> entries) {
    this.entries = entries;
  }

  /// Collects the entries of a dictionary.
  public static final class Builder {
    private final Map<Value, Entry> entries = new LinkedHashMap<>();

    /// Adds an entry, or gives a key that is there another value.
    public Builder put(Value key, Value value) {
      Value plain = plain(key);
      Entry before = entries.get(plain);
      entries.put(plain, new Entry(before == null ? key : before.key(), value));
      return this;
    }

    public Builder put(String key, Value value) {
      return put(new Text(key), value);
    }

    /// Adds all entries of another dictionary.
    public Builder putAll(Dict other) {
      other.entries.values().forEach(entry -> put(entry.key(), entry.value()));
      return this;
    }

    public Dict build() {
      return new Dict(new LinkedHashMap<>(entries));
    }
  }

  /// A key in the one form in which equal keys are equal records.
  public static Value plain(Value key) {
    return switch (key) {
      case Bool bool -> Int.of(bool.value() ? 1 : 0);
      case Real real when isWhole(real.value()) ->
          new Int(new BigDecimal(real.value()).toBigInteger());
      case Tuple tuple -> new Tuple(tuple.items().stream().map(Dict::plain).toList());
      case Undefined undefined -> {
        if (undefined.strict()) {
          throw Fault.of("%s", undefined.problem());
        }
        yield new Undefined("", false);
      }
      case Listing list -> throw unhashable(list);
      case Dict dict -> throw unhashable(dict);
      case Namespace namespace -> throw unhashable(namespace);
      case None none -> none;
      case Int number -> number;
      case Real number -> number;
      case Text text -> text;
      case Range range -> range;
      case View view -> view;
      case Lazy lazy -> lazy;
      case Callable function -> function;
      case Custom custom -> custom;
      case Loop loop -> loop;
    };
  }

  private static boolean isWhole(double value) {
    return !Double.isInfinite(value) && value == Math.rint(value);
  }

  private static Fault unhashable(Value key) {
    return Fault.of("unhashable type: '%s'", key.type());
  }

  public Optional<Value> get(Value key) {
    return Optional.ofNullable(entries.get(plain(key))).map(Entry::value);
  }

  /// The value of a key that is a string.
  public Optional<Value> get(String key) {
    return get(new Text(key));
  }

  public int size() {
    return entries.size();
  }

  /// Goes through the entries in their order.
  public void forEach(BiConsumer<Value, Value> visitor) {
    entries.values().forEach(entry -> visitor.accept(entry.key(), entry.value()));
  }

  public List<Value> keys() {
    return entries.values().stream().map(Entry::key).toList();
  }

  public List<Value> values() {
    return entries.values().stream().map(Entry::value).toList();
  }

  /// Pairs of key and value.
  public List<Value> items() {
    List<Value> items = new ArrayList<>();
    entries.values().forEach(entry -> items.add(Tuple.of(entry.key(), entry.value())));
    return items;
  }

  @Override
  public String type() {
    return "dict";
  }
}
