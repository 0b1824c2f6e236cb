package neox.template.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.python.PythonText;

/// `'…%s…' % value`
public final class PercentFormat {
  private static final Pattern FIELD =
      Pattern.compile(
          "%(?:\\(([^)]*)\\))?([-+ 0#]*)(\\*|\\d+)?(?:\\.(\\*|\\d+)?)?(.)?", Pattern.DOTALL);

  private final Value values;
  private final List<Value> inOrder;
  private int used;

  private PercentFormat(Value values) {
    this.values = values;
    this.inOrder = values instanceof Value.Tuple(List<Value> items) ? items : List.of(values);
  }

  public static String format(String format, Value values) {
    PercentFormat run = new PercentFormat(values);
    Matcher field = FIELD.matcher(format);
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (field.find(at)) {
      text.append(format, at, field.start()).append(run.field(field));
      at = field.end();
    }
    if (run.mustBeUsed() && run.used < run.inOrder.size()) {
      throw Fault.of("not all arguments converted during string formatting");
    }
    return text.append(format, at, format.length()).toString();
  }

  /// Python takes what has items for a mapping, of which nothing need be used.
  private boolean mustBeUsed() {
    return switch (values) {
      case Value.Listing list -> false;
      case Value.Range range -> false;
      case Value.Undefined undefined -> false;
      case Dict dict -> false;
      default -> true;
    };
  }

  private String field(Matcher field) {
    String kind = Optional.ofNullable(field.group(5)).orElse("");
    if (kind.equals("%")) {
      return "%";
    }
    if (kind.isEmpty()) {
      throw Fault.of("incomplete format");
    }
    if ("*".equals(field.group(3)) || "*".equals(field.group(4))) {
      throw Fault.of("* in a format is not supported");
    }
    Value value = next(Optional.ofNullable(field.group(1)));
    int precision = field.group(4) == null ? -1 : Integer.parseInt(field.group(4));
    String flags = field.group(2);
    if (flags.contains("#")) {
      throw Fault.of("# in a format is not supported");
    }
    String body = body(value, kind.charAt(0), precision);
    boolean number = "diufFeEgGxXo".contains(kind);
    if (number && !body.startsWith("-")) {
      body = (flags.contains("+") ? "+" : flags.contains(" ") ? " " : "") + body;
    }
    int width = field.group(3) == null ? 0 : Integer.parseInt(field.group(3));
    return pad(body, width, flags, number);
  }

  private Value next(Optional<String> name) {
    if (name.isPresent()) {
      if (!(values instanceof Dict dict)) {
        throw Fault.of("format requires a mapping");
      }
      return dict.get(name.get()).orElseThrow(() -> Fault.of("no key '%s'", name.get()));
    }
    if (used == inOrder.size()) {
      throw Fault.of("not enough arguments for format string");
    }
    return inOrder.get(used++);
  }

  private static String body(Value value, char kind, int precision) {
    return switch (kind) {
      case 's' -> cut(Printing.str(value), precision);
      case 'r' -> cut(Printing.repr(value), precision);
      case 'd', 'i', 'u' -> whole(value, kind).toString();
      case 'x' -> integer(value, kind).toString(16);
      case 'X' -> PythonText.upper(integer(value, kind).toString(16));
      case 'o' -> integer(value, kind).toString(8);
      case 'f', 'F', 'e', 'E', 'g', 'G' -> {
        requireNumber(value, kind);
        int digits = precision < 0 ? FloatFormat.DEFAULT_PRECISION : precision;
        yield FloatFormat.format(Arithmetic.real(value), kind, digits);
      }
      case 'c' ->
          value instanceof Value.Text(String text) && PythonText.length(text) == 1
              ? text
              : Character.toString(integer(value, kind).intValueExact());
      default -> throw Fault.of("unsupported format character '%s'", kind);
    };
  }

  private static String cut(String text, int precision) {
    return precision < 0 || PythonText.length(text) <= precision
        ? text
        : text.substring(0, text.offsetByCodePoints(0, precision));
  }

  /// An integer, or a number cut to one.
  private static BigInteger whole(Value value, char kind) {
    requireNumber(value, kind);
    return value instanceof Value.Real(double number)
        ? new BigDecimal(number).toBigInteger()
        : integer(value, kind);
  }

  private static BigInteger integer(Value value, char kind) {
    return Arithmetic.whole(value)
        .orElseThrow(
            () -> Fault.of("%%%s format: an integer is required, not %s", kind, value.type()));
  }

  private static void requireNumber(Value value, char kind) {
    Arithmetic.requireDefined(value);
    if (!Arithmetic.isNumber(value)) {
      throw Fault.of("%%%s format: a number is required, not %s", kind, value.type());
    }
  }

  private static String pad(String body, int width, String flags, boolean number) {
    int missing = Math.max(0, width - PythonText.length(body));
    if (flags.contains("-")) {
      return body + " ".repeat(missing);
    }
    if (!flags.contains("0") || !number) {
      return " ".repeat(missing) + body;
    }
    boolean signed = !body.isEmpty() && "+- ".indexOf(body.charAt(0)) >= 0;
    int sign = signed ? 1 : 0;
    return body.substring(0, sign) + "0".repeat(missing) + body.substring(sign);
  }
}
