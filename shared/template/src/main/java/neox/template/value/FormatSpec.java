package neox.template.value;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.python.PythonText;

/// What follows the colon in `'{:>8.2f}'`.
///
/// @param align one of `< > ^ =`; empty when not given
/// @param sign one of `+ -` and blank
/// @param kind the letter at the end; 0 when not given
record FormatSpec(
    String fill, String align, char sign, int width, String grouping, int precision, char kind) {
  private static final Pattern FORM =
      Pattern.compile("(?:(.)?([<>^=]))?([-+ ])?(#)?(0)?(\\d+)?([,_])?(?:\\.(\\d+))?([a-zA-Z%])?");

  static FormatSpec parse(String spec) {
    Matcher m = FORM.matcher(spec);
    if (!m.matches() || m.group(4) != null) {
      throw Fault.of("the format '%s' is not supported", spec);
    }
    boolean zeros = m.group(5) != null;
    return new FormatSpec(
        Optional.ofNullable(m.group(1)).orElse(zeros ? "0" : " "),
        Optional.ofNullable(m.group(2)).orElse(zeros ? "=" : ""),
        m.group(3) == null ? '-' : m.group(3).charAt(0),
        m.group(6) == null ? 0 : Integer.parseInt(m.group(6)),
        Optional.ofNullable(m.group(7)).orElse(""),
        m.group(8) == null ? -1 : Integer.parseInt(m.group(8)),
        m.group(9) == null ? 0 : m.group(9).charAt(0));
  }

  String format(Value value) {
    boolean plain = equals(parse(""));
    boolean number = Arithmetic.isNumber(value) && !(value instanceof Value.Bool && plain);
    if (number) {
      return pad(signed(number(value)), ">", true);
    }
    if (value instanceof Value.Text(String text)) {
      if ((kind != 0 && kind != 's') || !grouping.isEmpty() || sign != '-' || align.equals("=")) {
        throw Fault.of("the format is for numbers, found a value of type 'str'");
      }
      boolean cut = precision >= 0 && PythonText.length(text) > precision;
      return pad(cut ? text.substring(0, text.offsetByCodePoints(0, precision)) : text, "<", false);
    }
    if (!plain) {
      throw Fault.of("a value of type '%s' cannot be formatted so", value.type());
    }
    return Printing.str(value);
  }

  private String number(Value value) {
    boolean real = value instanceof Value.Real;
    String digits =
        switch (kind) {
          case 'f', 'F', 'e', 'E', 'g', 'G' -> decimal(Arithmetic.real(value), kind);
          case '%' -> decimal(Arithmetic.real(value) * 100, 'f') + "%";
          case 0 -> {
            if (real && precision >= 0) {
              throw Fault.of("a precision needs one of the letters f, e, g and %%");
            }
            yield real ? Printing.str(value) : Arithmetic.whole(value).orElseThrow().toString();
          }
          case 'd', 'x', 'X', 'o', 'b' -> whole(value);
          default -> throw Fault.of("unknown format code '%s' for '%s'", kind, value.type());
        };
    return grouping.isEmpty() ? digits : grouped(digits);
  }

  private String decimal(double number, char letter) {
    return FloatFormat.format(
        number, letter, precision < 0 ? FloatFormat.DEFAULT_PRECISION : precision);
  }

  private String whole(Value value) {
    var whole =
        Arithmetic.whole(value)
            .orElseThrow(() -> Fault.of("unknown format code '%s' for '%s'", kind, value.type()));
    return switch (kind) {
      case 'x' -> whole.toString(16);
      case 'X' -> PythonText.upper(whole.toString(16));
      case 'o' -> whole.toString(8);
      case 'b' -> whole.toString(2);
      default -> whole.toString();
    };
  }

  private String grouped(String digits) {
    if (align.equals("=") || !"\0dfF%".contains(Character.toString(kind))) {
      throw Fault.of("grouping digits in this format is not supported");
    }
    int point = digits.indexOf('.') < 0 ? digits.replace("%", "").length() : digits.indexOf('.');
    String whole = digits.substring(0, point).replaceAll("(?<=\\d)(?=(\\d{3})+$)", grouping);
    return whole + digits.substring(point);
  }

  private String signed(String number) {
    return number.startsWith("-") || sign == '-' ? number : sign + number;
  }

  private String pad(String text, String natural, boolean number) {
    int missing = Math.max(0, width - PythonText.length(text));
    String by = align.isEmpty() ? natural : align;
    boolean hasSign = number && !text.isEmpty() && "+- ".indexOf(text.charAt(0)) >= 0;
    int inside = by.equals("=") && hasSign ? 1 : 0;
    int left =
        switch (by) {
          case "<" -> 0;
          case "^" -> missing / 2;
          default -> missing;
        };
    return text.substring(0, inside)
        + fill.repeat(left)
        + text.substring(inside)
        + fill.repeat(missing - left);
  }
}
