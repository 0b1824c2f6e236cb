package neox.template.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.python.PythonCase;
import neox.python.PythonText;

/// `'…%s…' % value`
public final class PercentFormat {
  private static final Pattern FIELD =
      Pattern.compile(
          "%(?:\\(([^)]*)\\))?([-+ 0#]*)(\\*|\\d+)?(?:\\.(\\*|\\d+)?)?(.)?", Pattern.DOTALL);

  private final Value values;
  private final List<Value> inOrder;
  private final boolean escaping;
  private int used;

  private PercentFormat(Value values, boolean escaping) {
    this.values = values;
    this.escaping = escaping;
    this.inOrder = values instanceof Value.Tuple(List<Value> items, _) ? items : List.of(values);
  }

  public static Value.Text format(Value.Text text, Value values) {
    PercentFormat run = new PercentFormat(values, text.isMarkup());
    return new Value.Text(run.format(text.value()), text.isMarkup());
  }

  private String format(String format) {
    Matcher field = FIELD.matcher(format);
    StringBuilder text = new StringBuilder();
    int at = 0;
    while (field.find(at)) {
      text.append(format, at, field.start()).append(field(field));
      Size.require(text.length());
      at = field.end();
    }
    if (mustBeUsed() && used < inOrder.size()) {
      throw Fault.of("not all arguments converted during string formatting");
    }
    return text.append(format, at, format.length()).toString();
  }

  /// Python takes what has items for a mapping, of which nothing need be used.
  private boolean mustBeUsed() {
    return switch (values) {
      case Value.Listing list -> false;
      case Range range -> false;
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
    int width = number(Optional.ofNullable(field.group(3)), 0);
    String flags = field.group(2) + (width < 0 ? "-" : "");
    boolean point = field.group().contains(".");
    int precision = number(Optional.ofNullable(field.group(4)), point ? 0 : -1);
    Value value = next(Optional.ofNullable(field.group(1)));
    String body = body(value, kind.charAt(0), precision);
    if (flags.contains("#")) {
      body = prefixed(body, kind.charAt(0));
    }
    boolean number = "diufFeEgGxXo".contains(kind);
    if (number && !body.startsWith("-")) {
      body = (flags.contains("+") ? "+" : flags.contains(" ") ? " " : "") + body;
    }
    return pad(body, Math.abs(width), flags, number);
  }

  /// A width or a precision; `*` takes it from the values.
  private int number(Optional<String> digits, int otherwise) {
    if (digits.isEmpty()) {
      return otherwise;
    }
    BigInteger number =
        digits.get().equals("*")
            ? Arithmetic.whole(next(Optional.empty())).orElseThrow(() -> Fault.of("* wants int"))
            : new BigInteger(digits.get());
    Size.require(number.abs().min(BigInteger.valueOf(Integer.MAX_VALUE)).longValue());
    return number.intValueExact();
  }

  private static String prefixed(String body, char kind) {
    String prefix =
        switch (kind) {
          case 'x' -> "0x";
          case 'X' -> "0X";
          case 'o' -> "0o";
          case 'e', 'E', 'f', 'F', 'g', 'G' ->
              throw Fault.of("# in a format of a floating-point number is not supported");
          default -> "";
        };
    int sign = body.startsWith("-") ? 1 : 0;
    return body.substring(0, sign) + prefix + body.substring(sign);
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

  private String body(Value value, char kind, int precision) {
    return switch (kind) {
      case 's' -> cut(shown(value), precision);
      case 'r' -> cut(escaped(Printing.repr(value)), precision);
      case 'a' -> cut(escaped(Printing.ascii(value)), precision);
      case 'd', 'i', 'u' -> whole(value, kind).toString();
      case 'x' -> integer(value, kind).toString(16);
      case 'X' -> PythonCase.upper(integer(value, kind).toString(16));
      case 'o' -> integer(value, kind).toString(8);
      case 'f', 'F', 'e', 'E', 'g', 'G' -> {
        requireNumber(value, kind);
        int digits = precision < 0 ? FloatFormat.DEFAULT_PRECISION : precision;
        yield FloatFormat.format(Arithmetic.real(value), kind, digits);
      }
      case 'c' ->
          value instanceof Value.Text(String text, _) && PythonText.length(text) == 1
              ? text
              : FormatSpec.character(integer(value, kind));
      default -> throw Fault.of("unsupported format character '%s'", kind);
    };
  }

  private String shown(Value value) {
    return escaping ? Markup.escape(value).value() : Printing.str(value);
  }

  private String escaped(String text) {
    return escaping ? Markup.escape(text).value() : text;
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
