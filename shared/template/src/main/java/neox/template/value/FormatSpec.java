package neox.template.value;

import java.math.BigInteger;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.python.PythonCase;
import neox.python.PythonText;

/// What follows the colon in `'{:>8.2f}'`.
///
/// @param align one of `< > ^ =`; empty when not given
/// @param sign one of `+ -` and blank
/// @param zeros whether a 0 stands before the width
/// @param kind the letter at the end; 0 when not given
record FormatSpec(
    String fill,
    String align,
    char sign,
    boolean prefixed,
    boolean zeros,
    int width,
    String grouping,
    int precision,
    char kind) {
  private static final Pattern FORM =
      Pattern.compile(
          "(?:(.)?([<>^=]))?([-+ ])?(#)?(0)?(\\d{1,9})?([,_])?(?:\\.(\\d{1,9}))?([a-zA-Z%])?",
          Pattern.DOTALL);
  private static final FormatSpec PLAIN = parse("");

  static FormatSpec parse(String spec) {
    Matcher m = FORM.matcher(spec);
    if (!m.matches()) {
      throw Fault.of("Invalid format specifier '%s'", spec);
    }
    boolean zeros = m.group(5) != null;
    return new FormatSpec(
        Optional.ofNullable(m.group(1)).orElse(zeros ? "0" : " "),
        Optional.ofNullable(m.group(2)).orElse(""),
        m.group(3) == null ? '-' : m.group(3).charAt(0),
        m.group(4) != null,
        zeros,
        m.group(6) == null ? 0 : Integer.parseInt(m.group(6)),
        Optional.ofNullable(m.group(7)).orElse(""),
        m.group(8) == null ? -1 : Integer.parseInt(m.group(8)),
        m.group(9) == null ? 0 : m.group(9).charAt(0));
  }

  String format(Value value) {
    boolean plain = equals(PLAIN);
    if (Arithmetic.isNumber(value) && !(value instanceof Value.Bool && plain)) {
      Size.require(precision);
      return number(value);
    }
    if (value instanceof Value.Text(String text, _)) {
      boolean forNumbers =
          (kind != 0 && kind != 's')
              || !grouping.isEmpty()
              || sign != '-'
              || prefixed
              || align.equals("=");
      if (forNumbers) {
        throw Fault.of("the format is for numbers, found a value of type 'str'");
      }
      boolean cut = precision >= 0 && PythonText.length(text) > precision;
      return pad(cut ? text.substring(0, text.offsetByCodePoints(0, precision)) : text, "<");
    }
    if (!plain) {
      throw Fault.of("unsupported format string passed to %s.__format__", value.type());
    }
    return Printing.str(value);
  }

  private String number(Value value) {
    String digits = digits(value);
    String minus = digits.startsWith("-") ? "-" : sign == '-' ? "" : Character.toString(sign);
    String bare = digits.startsWith("-") ? digits.substring(1) : digits;
    String prefix = prefixed ? prefix(value) : "";
    boolean inside = align.equals("=") || (align.isEmpty() && zeros);
    if (!inside) {
      return pad(minus + prefix + grouped(bare), ">");
    }
    int room = width - minus.length() - prefix.length();
    Size.require(room);
    boolean groupsZeros = fill.equals("0") && !grouping.isEmpty();
    while (groupsZeros && grouped(bare).length() < room) {
      bare = "0" + bare;
    }
    String body = grouped(bare);
    return minus + prefix + fill.repeat(Math.max(0, room - PythonText.length(body))) + body;
  }

  private String digits(Value value) {
    boolean real = value instanceof Value.Real;
    return switch (kind) {
      case 'f', 'F', 'e', 'E', 'g', 'G' -> decimal(Arithmetic.real(value), kind);
      case '%' -> decimal(Arithmetic.real(value) * 100, 'f') + "%";
      case 0 ->
          real && precision >= 0 ? shortReal(value) : real ? Printing.str(value) : whole(value);
      case 'n' -> real ? decimal(Arithmetic.real(value), 'g') : whole(value);
      case 'd', 'x', 'X', 'o', 'b', 'c' -> whole(value);
      default -> throw unknown(value);
    };
  }

  private Fault unknown(Value value) {
    return Fault.of("Unknown format code '%s' for object of type '%s'", kind, value.type());
  }

  private String shortReal(Value value) {
    return FloatFormat.general(Arithmetic.real(value), Math.max(1, precision));
  }

  private String decimal(double number, char letter) {
    if (prefixed) {
      throw Fault.of("# in the format of a floating-point number is not supported");
    }
    return FloatFormat.format(
        number, letter, precision < 0 ? FloatFormat.DEFAULT_PRECISION : precision);
  }

  private String whole(Value value) {
    BigInteger whole = Arithmetic.whole(value).orElseThrow(() -> unknown(value));
    if (precision >= 0) {
      throw Fault.of("Precision not allowed in integer format specifier");
    }
    return switch (kind) {
      case 'x' -> whole.toString(16);
      case 'X' -> PythonCase.upper(whole.toString(16));
      case 'o' -> whole.toString(8);
      case 'b' -> whole.toString(2);
      case 'c' -> {
        if (sign != '-') {
          throw Fault.of("Sign not allowed with integer format specifier 'c'");
        }
        yield character(whole);
      }
      default -> Printing.str(new Value.Int(whole));
    };
  }

  /// The character of that number, as Python's `chr` makes it.
  static String character(BigInteger number) {
    if (number.bitLength() > 31 || !Character.isValidCodePoint(number.intValue())) {
      throw Fault.of("%%c arg not in range(0x110000)");
    }
    return Character.toString(number.intValue());
  }

  private String prefix(Value value) {
    return switch (kind) {
      case 'x' -> "0x";
      case 'X' -> "0X";
      case 'o' -> "0o";
      case 'b' -> "0b";
      case 0, 'd', 'n' -> "";
      default -> throw Fault.of("# in the format of a '%s' is not supported", value.type());
    };
  }

  private String grouped(String digits) {
    if (grouping.isEmpty()) {
      return digits;
    }
    boolean byFour = "xXob".indexOf(kind) >= 0;
    if (kind == 'n' || kind == 'c' || (byFour && grouping.equals(","))) {
      throw Fault.of("Cannot specify '%s' with '%s'.", grouping, kind);
    }
    int end = 0;
    while (end < digits.length() && Character.digit(digits.charAt(end), byFour ? 16 : 10) >= 0) {
      end++;
    }
    int size = byFour ? 4 : 3;
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < end; i++) {
      out.append(i > 0 && (end - i) % size == 0 ? grouping : "").append(digits.charAt(i));
    }
    return out.append(digits, end, digits.length()).toString();
  }

  private String pad(String text, String natural) {
    int missing = Math.max(0, width - PythonText.length(text));
    Size.require((long) text.length() + missing);
    int left =
        switch (align.isEmpty() ? natural : align) {
          case "<" -> 0;
          case "^" -> missing / 2;
          default -> missing;
        };
    return fill.repeat(left) + text + fill.repeat(missing - left);
  }
}
