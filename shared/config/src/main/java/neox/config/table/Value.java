package neox.config.table;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
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
    // No leading zero: YAML 1.1 would read 010 as 8, YAML 1.2 as 10.
    private static final Pattern INTEGER = Pattern.compile("[-+]?(0|[1-9][0-9_]*)");
    private static final Pattern HEXADECIMAL = Pattern.compile("0x[0-9a-fA-F_]+");
    // Wider than YAML 1.1, for which 1e-5 and 1e8 are text.
    private static final Pattern REAL =
        Pattern.compile("[-+]?(\\.[0-9_]+|[0-9][0-9_]*(\\.[0-9_]*)?)([eE][-+]?[0-9]+)?");

    /// Null, Boolean, Long, Double or String, by the rules of YAML.
    public @Nullable Object resolve() {
      if (!plain) {
        return text;
      }
      return switch (text.toLowerCase(Locale.ROOT)) {
        case "", "~", "null" -> null;
        case "true", "yes", "on" -> true;
        case "false", "no", "off" -> false;
        case ".inf", "+.inf" -> Double.POSITIVE_INFINITY;
        case "-.inf" -> Double.NEGATIVE_INFINITY;
        case ".nan" -> Double.NaN;
        default -> number();
      };
    }

    private Object number() {
      String digits = text.replace("_", "");
      try {
        if (INTEGER.matcher(text).matches()) {
          return Long.parseLong(digits);
        }
        if (HEXADECIMAL.matcher(text).matches()) {
          return Long.parseLong(digits.substring(2), 16);
        }
        boolean leadingZero = text.matches("[-+]?0[0-9_]+");
        return REAL.matcher(text).matches() && !leadingZero ? Double.parseDouble(digits) : text;
      } catch (NumberFormatException e) {
        return text; // an integer beyond 64 bits
      }
    }

    @Override
    public String describe() {
      Object value = resolve();
      return switch (value) {
        case null -> "nothing";
        case Boolean b -> b.toString();
        case Number n -> "number " + text;
        default -> "text '" + text + "'";
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

    /// The same mapping with one field added or replaced.
    public Fields with(Field field) {
      Map<String, Field> copy = new LinkedHashMap<>(fields);
      copy.put(field.name(), field);
      return new Fields(copy, origin);
    }
  }

  /// One `name: value`; the origin is that of the name.
  record Field(String name, Origin origin, Value value) {}

  /// True for `null`, `~` and a key without a value.
  default boolean isNull() {
    return this instanceof Scalar scalar && scalar.resolve() == null;
  }
}
