package neox.config.table;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A value of a configuration file, with the place where it stands.
public sealed interface Value {
  Origin origin();

  /// The value in an error message: `number 1.5`, `text 'abc'`, `a list`.
  String describe();

  /// One word or number, as written.
  ///
  /// @param plain written without quotes, so that it may be a number, a boolean or null
  record Scalar(String text, boolean plain, Origin origin) implements Value {
    private static final int LONGEST_SHOWN = 60;

    /// Null, Boolean, Long, Double or String; see [PlainScalar].
    public @Nullable Object resolve() {
      return plain ? PlainScalar.resolve(text) : text;
    }

    @Override
    public String describe() {
      String shown = text.length() <= LONGEST_SHOWN ? text : text.substring(0, LONGEST_SHOWN) + "…";
      return switch (resolve()) {
        case null -> "nothing";
        case Boolean b -> b.toString();
        case Number n -> "number " + shown;
        default -> "text '" + shown + "'";
      };
    }
  }

  /// A list.
  record Items(List<Value> items, Origin origin) implements Value {
    public Items {
      items = List.copyOf(items);
    }

    @Override
    public String describe() {
      return items.isEmpty() ? "an empty list" : "a list";
    }
  }

  /// A mapping, in the order of the file.
  record Fields(Map<String, Field> fields, Origin origin) implements Value {
    @Override
    public String describe() {
      return "a mapping";
    }

    public @Nullable Value get(String name) {
      Field field = fields.get(name);
      return field == null ? null : field.value();
    }

    private boolean holds(Field field) {
      Value value = get(field.name());
      return value != null && value.same(field.value());
    }

    /// The same mapping with one field added or replaced.
    public Fields with(Field field) {
      Map<String, Field> copy = new LinkedHashMap<>(fields);
      copy.put(field.name(), field);
      return new Fields(copy, origin);
    }
  }

  /// One `name: value`; the origin is that of the name.
  record Field(String name, Origin origin, Value value) {}

  /// Whether both say the same, wherever they stand and however it is written (`2` and `0x2`).
  default boolean same(Value other) {
    return switch (this) {
      case Scalar a -> other instanceof Scalar b && Objects.equals(a.resolve(), b.resolve());
      case Items a ->
          other instanceof Items b
              && a.items().size() == b.items().size()
              && IntStream.range(0, a.items().size())
                  .allMatch(i -> a.items().get(i).same(b.items().get(i)));
      case Fields a ->
          other instanceof Fields b
              && a.fields().keySet().equals(b.fields().keySet())
              && a.fields().values().stream().allMatch(field -> b.holds(field));
    };
  }

  /// True for `null`, `~` and a key without a value.
  default boolean isNull() {
    return this instanceof Scalar scalar && scalar.resolve() == null;
  }
}
