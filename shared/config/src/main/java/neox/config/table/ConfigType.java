package neox.config.table;

import static java.util.Objects.requireNonNull;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import neox.base.Addresses;

/// What a key accepts: how to read a [Value], and how to say what was expected.
///
/// @param label of the type in the reference: `integer`, `one of a, b`
/// @param expectation with article and range, as it completes "expected …"
/// @param parser empty when the value does not fit
/// @param hint what to do about a value that does not fit; starts with `; ` or is empty
public record ConfigType<T>(
    String label,
    String expectation,
    Function<Value, Optional<T>> parser,
    Function<Value, String> hint) {

  public Optional<T> parse(Value value) {
    return parser.apply(value);
  }

  public static ConfigType<Long> count(Range range) {
    return new ConfigType<>(
        "integer",
        "an integer" + range.text(),
        value -> resolved(value, Long.class).filter(n -> range.contains(n)),
        ConfigType::integerHint);
  }

  public static ConfigType<Integer> integer(Range range) {
    ConfigType<Long> count = count(range);
    return new ConfigType<>(
        count.label,
        count.expectation,
        value -> count.parse(value).filter(n -> n.intValue() == n).map(Long::intValue),
        count.hint);
  }

  public static ConfigType<Double> real(Range range) {
    return new ConfigType<>(
        "number",
        "a number" + range.text(),
        value ->
            resolved(value, Number.class)
                .map(Number::doubleValue)
                .filter(x -> range.contains(x) && !x.isNaN()),
        ConfigType::hint);
  }

  public static ConfigType<Boolean> flag() {
    return new ConfigType<>(
        "boolean", "true or false", value -> resolved(value, Boolean.class), ConfigType::hint);
  }

  /// Any text; numbers and booleans do not pass unless they are quoted.
  public static ConfigType<String> text() {
    return new ConfigType<>(
        "text",
        "text",
        value -> resolved(value, String.class),
        value -> value instanceof Value.Scalar ? "; put it in quotes" : hint(value));
  }

  public static ConfigType<Path> path() {
    return new ConfigType<>(
        "path",
        "a path",
        value -> resolved(value, String.class).flatMap(ConfigType::toPath),
        ConfigType::hint);
  }

  /// One of the constants, compared without regard to case.
  ///
  /// @param refused values that GPT-NeoX has and this program does not, with the reason
  public static <E extends Enum<E>> ConfigType<E> choice(
      Class<E> type, Map<String, String> refused) {
    Map<String, E> names = new TreeMap<>();
    for (E constant : type.getEnumConstants()) {
      names.put(nameOf(constant), constant);
    }
    refused.keySet().forEach(names::remove);
    List<String> inOrder =
        Arrays.stream(type.getEnumConstants())
            .map(ConfigType::nameOf)
            .filter(names::containsKey)
            .toList();
    return oneOf(inOrder, refused).map(word -> requireNonNull(names.get(word)));
  }

  /// One of some words, compared without regard to case.
  public static ConfigType<String> oneOf(List<String> words, Map<String, String> refused) {
    String list = "one of " + String.join(", ", words);
    return new ConfigType<>(
        list,
        list,
        value ->
            resolved(value, String.class)
                .flatMap(s -> words.stream().filter(s::equalsIgnoreCase).findFirst()),
        value -> choiceHint(value, words, refused));
  }

  public static <E> ConfigType<List<E>> list(ConfigType<E> element) {
    return new ConfigType<>(
        "list of " + element.label,
        "a list, each item " + element.expectation,
        value -> parseItems(value, element),
        value -> "");
  }

  /// Values by names of the user's own choice, in the order of the file.
  public static <E> ConfigType<Map<String, E>> mapping(ConfigType<E> element) {
    return new ConfigType<>(
        "mapping of names to " + element.label,
        "a mapping of names, each to " + element.expectation,
        value -> parseFields(value, element),
        value -> "");
  }

  public <U> ConfigType<U> map(Function<T, U> function) {
    return new ConfigType<>(label, expectation, v -> parse(v).map(function), hint);
  }

  /// How the constant is written in a file.
  public static String nameOf(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static <E> Optional<List<E>> parseItems(Value value, ConfigType<E> element) {
    if (!(value instanceof Value.Items list)) {
      return Optional.empty();
    }
    List<E> parsed = new ArrayList<>();
    for (Value item : list.items()) {
      element.parse(item).ifPresent(parsed::add);
    }
    return parsed.size() == list.items().size() ? Optional.of(parsed) : Optional.empty();
  }

  private static <E> Optional<Map<String, E>> parseFields(Value value, ConfigType<E> element) {
    if (!(value instanceof Value.Fields fields)) {
      return Optional.empty();
    }
    Map<String, E> parsed = new LinkedHashMap<>();
    for (Value.Field field : fields.fields().values()) {
      element.parse(field.value()).ifPresent(e -> parsed.put(field.name(), e));
    }
    return parsed.size() == fields.fields().size() ? Optional.of(parsed) : Optional.empty();
  }

  private static <V> Optional<V> resolved(Value value, Class<V> type) {
    return value instanceof Value.Scalar scalar && type.isInstance(scalar.resolve())
        ? Optional.of(type.cast(scalar.resolve()))
        : Optional.empty();
  }

  private static Optional<Path> toPath(String text) {
    try {
      return text.isEmpty() ? Optional.empty() : Optional.of(Addresses.path(text));
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
  }

  private static String integerHint(Value value) {
    if (value instanceof Value.Scalar scalar
        && scalar.resolve() instanceof Double x
        && x == Math.rint(x)
        && Math.abs(x) < 1e15) {
      return "; write " + x.longValue();
    }
    return hint(value);
  }

  private static String hint(Value value) {
    if (!(value instanceof Value.Scalar scalar)) {
      return "";
    }
    if (scalar.text().equals("None")) {
      return "; YAML's word for no value is null";
    }
    if (!scalar.plain()
        && !(new Value.Scalar(scalar.text(), true, scalar.origin()).resolve() instanceof String)) {
      return "; remove the quotes";
    }
    if (scalar.plain() && scalar.text().matches("[-+]?0[0-9_]+")) {
      return "; remove the leading zero";
    }
    return "";
  }

  private static String choiceHint(Value value, List<String> words, Map<String, String> refused) {
    if (!(value instanceof Value.Scalar scalar)) {
      return "";
    }
    String reason = refused.get(scalar.text().toLowerCase(Locale.ROOT));
    if (reason != null) {
      return "; GPT-NeoX has it, this program does not: " + reason;
    }
    String near = NearestName.hint(scalar.text(), words);
    return near.isEmpty() ? hint(value) : near;
  }
}
