package neox.evaluation.task;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.OptionalInt;
import java.util.regex.Pattern;
import neox.python.PythonLiteral;
import neox.python.PythonText;
import neox.template.value.Fault;
import neox.template.value.Printing;
import neox.template.value.Sequences;
import neox.template.value.Value;

/// What the values of targets stand for.
final class Targets {
  private static final Pattern WHOLE = Pattern.compile("[+-]?[0-9]+(_[0-9]+)*");

  /// The number of a choice; empty for all but numbers. As in Python, True is 1.
  static OptionalInt index(Value value) {
    return switch (value) {
      case Value.Int(BigInteger number) when number.bitLength() < Integer.SIZE ->
          OptionalInt.of(number.intValue());
      case Value.Bool(boolean bool) -> OptionalInt.of(bool ? 1 : 0);
      default -> OptionalInt.empty();
    };
  }

  /// Python's `type(written)(target)`: the target as what the filters have left. A list is compared
  /// with the target as it is.
  static Value like(Value written, Value target) {
    return switch (written) {
      case Value.Listing _ -> target;
      case Value.Text _ when target instanceof Value.Text -> target;
      case Value.Text _ -> Value.of(Printing.str(target));
      case Value.Bool _ -> Value.Bool.of(Sequences.isTrue(target));
      case Value.Int _ -> whole(target);
      case Value.Real _ ->
          PythonLiteral.number(Printing.str(number(target)))
              .<Value>map(Value.Real::new)
              .orElseThrow(() -> unlike("a number", target));
      default -> throw unlike("a value of type " + written.type(), target);
    };
  }

  private static Value whole(Value target) {
    return switch (number(target)) {
      case Value.Int whole -> whole;
      case Value.Real(double real) when Double.isFinite(real) ->
          new Value.Int(new BigDecimal(real).toBigInteger());
      case Value.Text(String text, _) when WHOLE.matcher(PythonText.strip(text)).matches() ->
          new Value.Int(new BigInteger(PythonText.strip(text).replace("_", "")));
      default -> throw unlike("a whole number", target);
    };
  }

  private static Value number(Value target) {
    return target instanceof Value.Bool(boolean flag) ? Value.Int.of(flag ? 1 : 0) : target;
  }

  private static Fault unlike(String written, Value target) {
    return Fault.of(
        "the filters leave %s, which cannot be compared with the target %s",
        written, Printing.repr(target));
  }

  private Targets() {}
}
