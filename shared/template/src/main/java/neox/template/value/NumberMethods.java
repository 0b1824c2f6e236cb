package neox.template.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Optional;

/// The attributes and methods of Python's numbers.
final class NumberMethods {
  static Optional<Value> of(Value number, String name) {
    Value plain = Arithmetic.plus(number); // True is 1 here
    boolean whole = plain instanceof Value.Int;
    return switch (name) {
      case "real" -> Optional.of(plain);
      case "imag" -> Optional.of(whole ? Value.Int.of(0) : new Value.Real(0));
      case "numerator" -> whole ? Optional.of(plain) : Optional.empty();
      case "denominator" -> whole ? Optional.of(Value.Int.of(1)) : Optional.empty();
      case "conjugate" -> method(name, plain);
      case "as_integer_ratio" -> Optional.of(call(name, () -> ratio(plain)));
      case "bit_length" ->
          whole ? method(name, Value.Int.of(magnitude(plain).bitLength())) : Optional.empty();
      case "bit_count" ->
          whole ? method(name, Value.Int.of(magnitude(plain).bitCount())) : Optional.empty();
      case "is_integer" ->
          whole ? Optional.empty() : method(name, Value.Bool.of(isWhole(Arithmetic.real(plain))));
      case "to_bytes", "from_bytes" -> unsupported(number, name, whole);
      case "hex", "fromhex" -> unsupported(number, name, !whole);
      default -> Optional.empty();
    };
  }

  private static Optional<Value> unsupported(Value number, String name, boolean exists) {
    return exists ? Attributes.unsupported(number, name, name) : Optional.empty();
  }

  private static Optional<Value> method(String name, Value result) {
    return Optional.of(call(name, () -> result));
  }

  private static Value call(String name, java.util.function.Supplier<Value> result) {
    return new Value.Callable(
        name,
        arguments -> {
          arguments.bind(name, 0);
          return result.get();
        });
  }

  private static BigInteger magnitude(Value number) {
    return Arithmetic.whole(number).orElseThrow().abs();
  }

  private static boolean isWhole(double number) {
    return !Double.isInfinite(number) && number == Math.rint(number);
  }

  private static Value ratio(Value number) {
    if (!(number instanceof Value.Real(double real))) {
      return Value.Tuple.of(number, Value.Int.of(1));
    }
    if (Double.isNaN(real) || Double.isInfinite(real)) {
      throw Fault.of("cannot convert %s to integer ratio", Double.isNaN(real) ? "NaN" : "Infinity");
    }
    BigDecimal exact = new BigDecimal(real);
    BigInteger below = BigInteger.TEN.pow(Math.max(0, exact.scale()));
    BigInteger above = exact.multiply(new BigDecimal(below)).toBigIntegerExact();
    BigInteger common = above.gcd(below);
    return Value.Tuple.of(new Value.Int(above.divide(common)), new Value.Int(below.divide(common)));
  }

  private NumberMethods() {}
}
