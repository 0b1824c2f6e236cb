package neox.template.value;

import java.math.BigInteger;
import java.util.List;
import neox.python.PythonRepr;

/// Python's `str` and `repr`.
public final class Printing {
  private static final int MAX_DIGITS = 4300;

  /// What `{{ value }}` prints.
  public static String str(Value value) {
    return switch (value) {
      case Value.Text text -> text.value();
      case Value.Undefined undefined -> {
        if (undefined.strict()) {
          throw Fault.of("%s", undefined.problem());
        }
        yield "";
      }
      default -> repr(value);
    };
  }

  /// Python's `repr`.
  public static String repr(Value value) {
    StringBuilder out = new StringBuilder();
    repr(value, out);
    return out.toString();
  }

  /// `ascii(value)`
  static String ascii(Value value) {
    return PythonRepr.ascii(repr(value));
  }

  private static void repr(Value value, StringBuilder out) {
    Size.require(out.length());
    switch (value) {
      case Value.None none -> out.append("None");
      case Value.Bool bool -> out.append(bool.value() ? "True" : "False");
      case Value.Int number -> out.append(digits(number.value()));
      case Value.Real number -> out.append(PythonRepr.of(number.value()));
      case Value.Text(String text, boolean isMarkup) ->
          out.append(isMarkup ? "Markup(" + PythonRepr.of(text) + ")" : PythonRepr.of(text));
      case Value.Listing list -> join("[", list.items(), "]", out);
      case Value.Tuple tuple ->
          join("(", tuple.items(), tuple.items().size() == 1 ? ",)" : ")", out);
      case Range range ->
          out.append("range(" + digits(range.start()) + ", " + digits(range.stop()))
              .append(
                  range.step().equals(BigInteger.ONE) ? ")" : ", " + digits(range.step()) + ")");
      case Value.View view -> join(view.type() + "([", view.items(), "])", out);
      case Dict dict -> pairs(dict, out);
      case Value.Undefined undefined -> out.append("Undefined");
      case Namespace namespace -> {
        out.append("<Namespace ");
        pairs(namespace.dict(), out);
        out.append('>');
      }
      case Loop loop -> out.append(loop.printed());
      case Value.Callable function ->
          out.append(
              function
                  .printed()
                  .orElseThrow(() ->
                      Fault.of("the function '%s' cannot be printed; call it", function.name())));
      case Value.Custom custom ->
          throw Fault.of("an object of type '%s' cannot be printed", custom.type());
      case Value.Lazy lazy -> throw Fault.of("a generator cannot be printed; add |list before it");
    }
  }

  private static void join(String open, List<Value> items, String close, StringBuilder out) {
    out.append(open);
    String comma = "";
    for (Value item : items) {
      out.append(comma);
      repr(item, out);
      comma = ", ";
    }
    out.append(close);
  }

  private static void pairs(Dict dict, StringBuilder out) {
    out.append('{');
    String comma = "";
    for (Value key : dict.keys()) {
      out.append(comma);
      repr(key, out);
      out.append(": ");
      repr(dict.get(key).orElseThrow(), out);
      comma = ", ";
    }
    out.append('}');
  }

  /// CPython writes no number of more digits, since that takes long.
  private static String digits(BigInteger number) {
    boolean surely = number.bitLength() > MAX_DIGITS * 4; // a digit has fewer bits
    String digits = surely ? "" : number.abs().toString();
    if (surely || digits.length() > MAX_DIGITS) {
      throw Fault.of("Exceeds the limit (%d digits) for integer string conversion", MAX_DIGITS);
    }
    return number.signum() < 0 ? "-" + digits : digits;
  }

  private Printing() {}
}
