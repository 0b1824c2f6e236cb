package neox.evaluation.yaml;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import neox.base.UserException;
import neox.template.value.Dict;
import neox.template.value.Printing;
import neox.template.value.Value;

/// A value of a task file, with the place where it stands.
public sealed interface YamlNode {
  Place place();

  /// One text, number, truth value or null.
  record Scalar(Value value, Place place) implements YamlNode {}

  /// A list.
  record Items(List<YamlNode> items, Place place) implements YamlNode {
    public Items {
      items = List.copyOf(items);
    }
  }

  /// A mapping, in the order of the file.
  record Fields(SequencedMap<Value, Field> fields, Place place) implements YamlNode {
    public Fields {
      fields = Collections.unmodifiableSequencedMap(new LinkedHashMap<>(fields));
    }

    /// A mapping without keys.
    public static Fields none(Place place) {
      return new Fields(new LinkedHashMap<>(), place);
    }

    /// The value of a key; empty when the key is not there, or is null.
    public Optional<YamlNode> get(String key) {
      return written(key).filter(node -> !node.isNull());
    }

    /// The value of a key, be it null.
    public Optional<YamlNode> written(String key) {
      return Optional.ofNullable(fields.get(Value.of(key))).map(Field::node);
    }

    /// Whether a key is there, be it null.
    public boolean has(String key) {
      return fields.containsKey(Value.of(key));
    }

    /// The dictionary that Python makes of it, as [YamlNode#value].
    public Dict dict() {
      Dict.Builder dict = new Dict.Builder();
      fields.values().forEach(field -> dict.put(field.key(), field.node().value()));
      return dict.build();
    }

    /// The same mapping without some keys.
    public Fields without(String... keys) {
      SequencedMap<Value, Field> rest = new LinkedHashMap<>(fields);
      Arrays.stream(keys).map(Value::of).forEach(rest::remove);
      return new Fields(rest, place);
    }

    /// This mapping with the fields of another, which win.
    public Fields with(Fields other) {
      SequencedMap<Value, Field> merged = new LinkedHashMap<>(fields);
      merged.putAll(other.fields());
      return new Fields(merged, place);
    }

    /// This mapping with one text more, or instead of another value.
    public Fields with(String key, String text) {
      return with(key, new Scalar(Value.of(text), place));
    }

    /// This mapping with one value more, or instead of another.
    public Fields with(String key, YamlNode node) {
      SequencedMap<Value, Field> merged = new LinkedHashMap<>(fields);
      Value name = Value.of(key);
      merged.put(name, new Field(name, place, node));
      return new Fields(merged, place);
    }
  }

  /// One `key: node`; the place is that of the key.
  record Field(Value key, Place place, YamlNode node) {}

  /// `!function module.function`: code that the harness keeps beside the file.
  ///
  /// @param name as written, such as `utils.process_docs`
  /// @param folder that holds the file in which it is written
  record FunctionName(String name, Path folder, Place place) implements YamlNode {}

  /// True for `null`, `~` and a key without a value.
  default boolean isNull() {
    return this instanceof Scalar(Value value, _) && value == Value.None.NONE;
  }

  /// The value that Python makes of it; [UserException] when there is a function in it.
  default Value value() {
    return switch (this) {
      case Scalar scalar -> scalar.value();
      case Items list -> new Value.Listing(list.items().stream().map(YamlNode::value).toList());
      case Fields fields -> fields.dict();
      case FunctionName function -> throw wrong("a value without functions");
    };
  }

  /// All functions in it.
  default List<FunctionName> functions() {
    return switch (this) {
      case Scalar scalar -> List.of();
      case FunctionName function -> List.of(function);
      case Items list -> list.items().stream().flatMap(item -> item.functions().stream()).toList();
      case Fields mapping ->
          mapping.fields().values().stream()
              .flatMap(field -> field.node().functions().stream())
              .toList();
    };
  }

  /// In a message: `the number 3`, `the text 'abc'`, `a list`.
  default String describe() {
    return switch (this) {
      case Scalar(Value.None none, _) -> "nothing";
      case Scalar(Value.Text(String text, _), _) -> "the text '" + text + "'";
      case Scalar(Value.Bool bool, _) -> Printing.str(bool);
      case Scalar(Value number, _) -> "the number " + Printing.str(number);
      case Items list -> "a list";
      case Fields fields -> "a mapping";
      case FunctionName function -> "!function " + function.name();
    };
  }

  /// What to throw when something else was expected here.
  default UserException wrong(String expected) {
    return UserException.of("%s: expected %s, found %s", place(), expected, describe());
  }
}
