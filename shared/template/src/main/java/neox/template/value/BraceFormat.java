package neox.template.value;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `'…{}…'.format(…)`
final class BraceFormat {
  private static final Pattern PIECE =
      Pattern.compile(
          "\\{\\{|\\}\\}|\\{([^{}!:]*)(?:!([^{}:]*))?(?::((?:[^{}]|\\{[^{}]*\\})*))?\\}|[{}]");
  private static final Pattern STEP = Pattern.compile("\\.([^.\\[]+)|\\[([^\\]]+)\\]");

  private final Arguments arguments;
  private final boolean escaping;
  private final Dialect dialect;
  private int next;

  private BraceFormat(Arguments arguments, boolean escaping, Dialect dialect) {
    this.arguments = arguments;
    this.escaping = escaping;
    this.dialect = dialect;
  }

  /// `format` or `format_map`
  static Value call(Value.Text format, String method, Arguments given, Dialect dialect) {
    Arguments arguments = method.equals("format_map") ? mapped(given) : given;
    BraceFormat run = new BraceFormat(arguments, format.isMarkup(), dialect);
    return new Value.Text(run.expand(format.value()), format.isMarkup());
  }

  private static Arguments mapped(Arguments arguments) {
    Value names = arguments.bind("format_map", 1, "mapping").value(0);
    if (!(names instanceof Dict dict)) {
      throw Fault.of("format_map: expected a mapping, found '%s'", names.type());
    }
    Map<String, Value> named = new LinkedHashMap<>();
    dict.keys().forEach(key -> named.put(Printing.str(key), dict.get(key).orElseThrow()));
    return new Arguments(List.of(), named);
  }

  private String expand(String format) {
    StringBuilder out = new StringBuilder();
    Matcher piece = PIECE.matcher(format);
    while (piece.find()) {
      piece.appendReplacement(out, "");
      Size.require(out.append(piece(piece)).length());
    }
    return piece.appendTail(out).toString();
  }

  private String piece(Matcher piece) {
    switch (piece.group()) {
      case "{{" -> {
        return "{";
      }
      case "}}" -> {
        return "}";
      }
      case "{", "}" ->
          throw Fault.of(
              "single '%s' in a format string, or a field inside a field, which is not supported",
              piece.group());
      default -> {}
    }
    Value value = field(piece.group(1));
    Optional<String> conversion = Optional.ofNullable(piece.group(2));
    String spec = Optional.ofNullable(piece.group(3)).orElse("");
    if (conversion.isPresent()) {
      value = new Value.Text(converted(value, conversion.get()));
    }
    if (spec.contains("{")) {
      spec = expand(spec); // a format inside a format takes its values from the same arguments
    }
    if (!escaping) {
      return FormatSpec.parse(spec).format(value);
    }
    boolean isMarkup = value instanceof Value.Text(_, boolean markup) && markup;
    if (isMarkup && !spec.isEmpty()) {
      throw Fault.of("Unsupported format specification for Markup.");
    }
    return isMarkup
        ? Printing.str(value)
        : Markup.escape(FormatSpec.parse(spec).format(value)).value();
  }

  private static String converted(Value value, String conversion) {
    return switch (conversion) {
      case "s" -> Printing.str(value);
      case "r" -> Printing.repr(value);
      case "a" -> Printing.ascii(value);
      default -> throw Fault.of("the conversion '!%s' is not supported", conversion);
    };
  }

  private Value field(String field) {
    int to = 0;
    while (to < field.length() && field.charAt(to) != '.' && field.charAt(to) != '[') {
      to++;
    }
    Value value = argument(field.substring(0, to));
    Matcher step = STEP.matcher(field).region(to, field.length());
    while (step.lookingAt()) {
      value = step(value, step);
      step.region(step.end(), field.length());
    }
    if (step.regionStart() != field.length()) {
      throw Fault.of("the field '{%s}' is malformed", field);
    }
    return value;
  }

  private Value step(Value value, Matcher step) {
    boolean attribute = step.group(1) != null;
    String name = attribute ? step.group(1) : step.group(2);
    Value key = isNumber(name) ? Value.Int.of(Long.parseLong(name)) : Value.of(name);
    if (dialect.has(Dialect.Option.SANDBOX)) {
      return attribute
          ? Attributes.attribute(value, name, dialect)
          : Attributes.item(value, key, dialect);
    }
    Optional<Value> found =
        attribute ? Attributes.own(value, name, dialect) : Sequences.item(value, key);
    return found.orElseThrow(() ->
        Fault.of(
            "'%s' object has no %s '%s'", value.type(), attribute ? "attribute" : "item", name));
  }

  private Value argument(String name) {
    if (!name.isEmpty() && !isNumber(name)) {
      return Optional.ofNullable(arguments.named().get(name))
          .orElseThrow(() -> Fault.of("format() has no argument '%s'", name));
    }
    if (name.isEmpty() != next >= 0 && next != 0) {
      throw Fault.of("cannot mix fields with and without numbers");
    }
    int index = name.isEmpty() ? next++ : Integer.parseInt(name);
    if (!name.isEmpty()) {
      next = -1; // fields have numbers of their own
    }
    List<Value> positional = arguments.positional();
    if (index >= positional.size()) {
      throw Fault.of("replacement index %d out of range for positional args tuple", index);
    }
    return positional.get(index);
  }

  private static boolean isNumber(String name) {
    return !name.isEmpty() && name.length() < 9 && name.chars().allMatch(c -> c >= '0' && c <= '9');
  }
}
