package neox.template;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import neox.python.PythonLiteral;
import neox.python.PythonRepr;
import neox.python.PythonText;
import neox.template.value.Arguments;
import neox.template.value.Arguments.Bound;
import neox.template.value.Arithmetic;
import neox.template.value.Fault;
import neox.template.value.PercentFormat;
import neox.template.value.Printing;
import neox.template.value.Value;

/// Filters that make numbers.
final class NumberFilters {
  static final Map<String, Filters.Filter> ALL =
      Map.of(
          "int", (v, a, e) -> toInt(v, a),
          "float", (v, a, e) -> toFloat(v, a),
          "round", (v, a, e) -> round(v, a),
          "abs", (v, a, e) -> abs(v, a),
          "filesizeformat", (v, a, e) -> fileSize(v, a));

  private static final int MAX_DIGITS = 4300; // CPython's own limit

  private static Value toInt(Value subject, Arguments arguments) {
    Bound bound = arguments.bind("int", 0, "default", "base");
    Value fallback = bound.given(0).orElse(Value.Int.of(0));
    Arithmetic.requireDefined(subject);
    return switch (subject) {
      case Value.Text text ->
          parseInt(text.value(), bound.integer(1, 10))
              .or(() -> PythonLiteral.number(text.value()).flatMap(NumberFilters::cut))
              .orElse(fallback);
      case Value.Real number -> cut(number.value()).orElse(fallback);
      default -> Arithmetic.whole(subject).<Value>map(Value.Int::new).orElse(fallback);
    };
  }

  private static Optional<Value> cut(double number) {
    return Double.isNaN(number) || Double.isInfinite(number)
        ? Optional.empty()
        : Optional.of(new Value.Int(new BigDecimal(number).toBigInteger()));
  }

  private static Optional<Value> parseInt(String text, int base) {
    if (base != 0 && (base < 2 || base > 36)) {
      return Optional.empty();
    }
    String body = PythonText.strip(text).toLowerCase(Locale.ROOT);
    String sign = body.startsWith("-") || body.startsWith("+") ? body.substring(0, 1) : "";
    String digits = body.substring(sign.length());
    String prefix = prefix(digits, base);
    int radix = base == 0 ? radix(prefix) : base;
    digits = digits.substring(prefix.length());
    digits = prefix.isEmpty() || !digits.startsWith("_") ? digits : digits.substring(1);
    boolean zeros = base == 0 && prefix.isEmpty() && digits.startsWith("0");
    boolean wellFormed =
        !digits.isEmpty()
            && !digits.startsWith("_")
            && !digits.endsWith("_")
            && !digits.contains("__")
            && digits.length() <= MAX_DIGITS
            && !(zeros && !digits.replace("0", "").replace("_", "").isEmpty())
            && digits.codePoints().allMatch(c -> c == '_' || Character.digit(c, radix) >= 0);
    return wellFormed
        ? Optional.of(new Value.Int(new BigInteger(sign + digits.replace("_", ""), radix)))
        : Optional.empty();
  }

  private static String prefix(String digits, int base) {
    String head = digits.length() > 1 ? digits.substring(0, 2) : "";
    boolean fits =
        switch (head) {
          case "0x" -> base == 16 || base == 0;
          case "0o" -> base == 8 || base == 0;
          case "0b" -> base == 2 || base == 0;
          default -> false;
        };
    return fits ? head : "";
  }

  private static int radix(String prefix) {
    return switch (prefix) {
      case "0x" -> 16;
      case "0o" -> 8;
      case "0b" -> 2;
      default -> 10;
    };
  }

  private static Value toFloat(Value subject, Arguments arguments) {
    Value fallback = arguments.bind("float", 0, "default").given(0).orElse(new Value.Real(0));
    Arithmetic.requireDefined(subject);
    if (subject instanceof Value.Text(String text, _)) {
      return PythonLiteral.number(text).<Value>map(Value.Real::new).orElse(fallback);
    }
    return Arithmetic.isNumber(subject) ? new Value.Real(Arithmetic.real(subject)) : fallback;
  }

  private static Value round(Value subject, Arguments arguments) {
    Bound bound = arguments.bind("round", 0, "precision", "method");
    int precision = bound.integer(0, 0);
    String method = bound.text(1, "common");
    Arithmetic.requireDefined(subject);
    if (!Arithmetic.isNumber(subject)) {
      throw Fault.of("type %s doesn't define __round__ method", subject.type());
    }
    return switch (method) {
      case "common" -> round(subject, precision);
      case "ceil" -> scaled(subject, precision, RoundingMode.CEILING);
      case "floor" -> scaled(subject, precision, RoundingMode.FLOOR);
      default -> throw Fault.of("method must be common, ceil or floor");
    };
  }

  /// From the exact value, halves to even.
  private static Value round(Value number, int precision) {
    if (number instanceof Value.Real(double real)) {
      boolean finite = !Double.isNaN(real) && !Double.isInfinite(real);
      if (!finite || precision > 400) {
        return number;
      }
      BigDecimal rounded = new BigDecimal(real).setScale(precision, RoundingMode.HALF_EVEN);
      return new Value.Real(Math.copySign(rounded.doubleValue(), real));
    }
    BigDecimal whole = new BigDecimal(Arithmetic.whole(number).orElseThrow());
    return new Value.Int(
        whole.setScale(Math.min(0, precision), RoundingMode.HALF_EVEN).toBigIntegerExact());
  }

  /// As Python computes it, with the error of a multiplication and a division.
  private static Value scaled(Value number, int precision, RoundingMode mode) {
    double factor = Math.pow(10, precision);
    double product = Arithmetic.real(number) * factor;
    if (Double.isNaN(product) || Double.isInfinite(product)) {
      throw Fault.of("cannot convert float %s to integer", PythonRepr.of(product));
    }
    return new Value.Real(new BigDecimal(product).setScale(0, mode).doubleValue() / factor);
  }

  private static Value abs(Value subject, Arguments arguments) {
    arguments.bind("abs", 0);
    Arithmetic.requireDefined(subject);
    if (subject instanceof Value.Real(double number)) {
      return new Value.Real(Math.abs(number));
    }
    return new Value.Int(
        Arithmetic.whole(subject)
            .orElseThrow(() -> Fault.of("bad operand type for abs(): '%s'", subject.type()))
            .abs());
  }

  private static Value fileSize(Value subject, Arguments arguments) {
    boolean binary = arguments.bind("filesizeformat", 0, "binary").isTrue(0);
    Value number = subject instanceof Value.Text(String text, _) ? parsed(text) : subject;
    Arithmetic.requireDefined(number);
    if (!Arithmetic.isNumber(number)) {
      throw Fault.of("filesizeformat: expected a number, found '%s'", subject.type());
    }
    double bytes = Arithmetic.real(number);
    if (bytes == 1) {
      return new Value.Text("1 Byte");
    }
    double base = binary ? 1024 : 1000;
    if (bytes < base) {
      String whole = cut(bytes).map(Printing::str).orElseThrow(() -> Fault.of("no finite size"));
      return new Value.Text(whole + " Bytes");
    }
    String prefixes = "kMGTPEZY";
    int i = 0;
    while (i < prefixes.length() - 1 && bytes >= Math.pow(base, i + 2)) {
      i++;
    }
    double shown = base * bytes / Math.pow(base, i + 2);
    String prefix = prefixes.substring(i, i + 1);
    String unit = binary ? prefix.toUpperCase(Locale.ROOT) + "iB" : prefix + "B";
    Value.Text format = new Value.Text("%.1f " + unit);
    return PercentFormat.format(format, new Value.Real(shown));
  }

  private static Value parsed(String text) {
    return PythonLiteral.number(text)
        .<Value>map(Value.Real::new)
        .orElseThrow(() -> Fault.of("could not convert string to float: %s", text));
  }

  private NumberFilters() {}
}
