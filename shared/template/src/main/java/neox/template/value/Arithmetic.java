package neox.template.value;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Python's operators on numbers and sequences.
public final class Arithmetic {
  private static final int MAX_BITS = 1 << 20;
  private static final MathContext AMPLE = new MathContext(60);

  public static Value apply(Operator operator, Value left, Value right) {
    if (operator == Operator.REMAINDER && left instanceof Value.Text format) {
      return PercentFormat.format(format, right);
    }
    requireDefined(left);
    requireDefined(right);
    if (operator == Operator.ADD) {
      Optional<Value> joined = join(left, right);
      if (joined.isPresent()) {
        return joined.get();
      }
    }
    if (operator == Operator.MULTIPLY) {
      Optional<Value> repeated = repeat(left, right).or(() -> repeat(right, left));
      if (repeated.isPresent()) {
        return repeated.get();
      }
    }
    if (!isNumber(left) || !isNumber(right)) {
      throw Fault.of(
          "unsupported operand type(s) for %s: '%s' and '%s'",
          symbol(operator), left.type(), right.type());
    }
    Optional<BigInteger> a = whole(left);
    Optional<BigInteger> b = whole(right);
    return a.isPresent() && b.isPresent()
        ? integers(operator, a.get(), b.get())
        : new Value.Real(reals(operator, real(left), real(right)));
  }

  public static void requireDefined(Value value) {
    if (value instanceof Value.Undefined(String problem, boolean strict)) {
      throw Fault.of("%s", problem);
    }
  }

  private static String symbol(Operator operator) {
    return switch (operator) {
      case ADD -> "+";
      case SUBTRACT -> "-";
      case MULTIPLY -> "*";
      case DIVIDE -> "/";
      case FLOOR_DIVIDE -> "//";
      case REMAINDER -> "%";
      case POWER -> "** or pow()";
    };
  }

  private static Optional<Value> join(Value left, Value right) {
    if (left instanceof Value.Text a) {
      if (right instanceof Value.Text b) {
        return Optional.of(join(a, b));
      }
      throw Fault.of("can only concatenate str (not \"%s\") to str", right.type());
    }
    if (left instanceof Value.Listing a && right instanceof Value.Listing b) {
      return Optional.of(new Value.Listing(both(a.items(), b.items())));
    }
    if (left instanceof Value.Tuple a && right instanceof Value.Tuple b) {
      return Optional.of(new Value.Tuple(both(a.items(), b.items())));
    }
    return Optional.empty();
  }

  private static Value.Text join(Value.Text left, Value.Text right) {
    Size.require((long) left.value().length() + right.value().length());
    return left.isMarkup() || right.isMarkup()
        ? new Value.Text(Markup.escape(left).value() + Markup.escape(right).value(), true)
        : new Value.Text(left.value() + right.value());
  }

  private static List<Value> both(List<Value> first, List<Value> second) {
    Size.require((long) first.size() + second.size());
    List<Value> both = new ArrayList<>(first);
    both.addAll(second);
    return both;
  }

  private static Optional<Value> repeat(Value sequence, Value count) {
    Optional<BigInteger> times = whole(count);
    if (times.isEmpty()) {
      return Optional.empty();
    }
    BigInteger n = times.get().max(BigInteger.ZERO);
    return switch (sequence) {
      case Value.Text text ->
          Optional.of(
              new Value.Text(
                  text.value().repeat(times(n, text.value().length())), text.isMarkup()));
      case Value.Listing list -> Optional.of(new Value.Listing(repeat(list.items(), n)));
      case Value.Tuple tuple -> Optional.of(new Value.Tuple(repeat(tuple.items(), n)));
      default -> Optional.empty();
    };
  }

  private static List<Value> repeat(List<Value> items, BigInteger n) {
    List<Value> repeated = new ArrayList<>();
    for (int i = times(n, items.size()); i > 0; i--) {
      repeated.addAll(items);
    }
    return repeated;
  }

  private static int times(BigInteger n, int length) {
    if (length == 0) {
      return 0;
    }
    Size.require(n.min(BigInteger.valueOf(Integer.MAX_VALUE)).longValue() * length);
    return n.intValueExact();
  }

  private static Value integers(Operator operator, BigInteger a, BigInteger b) {
    return switch (operator) {
      case ADD -> new Value.Int(a.add(b));
      case SUBTRACT -> new Value.Int(a.subtract(b));
      case MULTIPLY -> new Value.Int(product(a, b));
      case DIVIDE -> new Value.Real(quotient(a, b));
      case FLOOR_DIVIDE -> new Value.Int(floorQuotient(a, b));
      case REMAINDER -> new Value.Int(a.subtract(floorQuotient(a, b).multiply(b)));
      case POWER -> power(a, b);
    };
  }

  private static BigInteger product(BigInteger a, BigInteger b) {
    if ((long) a.bitLength() + b.bitLength() > MAX_BITS) {
      throw Fault.of("a product of more than %,d bits is too large", MAX_BITS);
    }
    return a.multiply(b);
  }

  private static double quotient(BigInteger a, BigInteger b) {
    requireNonZero(b.signum() != 0, "division by zero");
    if (a.signum() == 0) {
      return b.signum() < 0 ? -0.0 : 0.0;
    }
    double quotient = new BigDecimal(a).divide(new BigDecimal(b), AMPLE).doubleValue();
    if (Double.isInfinite(quotient)) {
      throw Fault.of("integer division result too large for a float");
    }
    return quotient;
  }

  private static void requireNonZero(boolean nonZero, String problem) {
    if (!nonZero) {
      throw Fault.of(problem);
    }
  }

  private static BigInteger floorQuotient(BigInteger a, BigInteger b) {
    requireNonZero(b.signum() != 0, "division by zero");
    BigInteger[] parts = a.divideAndRemainder(b);
    boolean below = parts[1].signum() != 0 && parts[1].signum() != b.signum();
    return below ? parts[0].subtract(BigInteger.ONE) : parts[0];
  }

  private static Value power(BigInteger a, BigInteger b) {
    if (b.signum() < 0) {
      requireNonZero(a.signum() != 0, "zero to a negative power");
      return new Value.Real(power(real(new Value.Int(a)), real(new Value.Int(b))));
    }
    if (a.bitLength() > 1 && BigInteger.valueOf(a.bitLength()).multiply(b).bitLength() > 20) {
      throw Fault.of("a power of more than %,d bits is too large", MAX_BITS);
    }
    if (a.bitLength() <= 1) {
      return new Value.Int(smallPower(a, b));
    }
    return new Value.Int(a.pow(b.intValueExact()));
  }

  /// A power of 0, 1, -1 or -2 to 1; the exponent may be of any size for the first three.
  private static BigInteger smallPower(BigInteger a, BigInteger b) {
    if (b.signum() == 0 || a.signum() == 0 || a.equals(BigInteger.ONE)) {
      return b.signum() == 0 ? BigInteger.ONE : a;
    }
    if (a.equals(BigInteger.ONE.negate())) {
      return b.testBit(0) ? a : BigInteger.ONE;
    }
    if (b.bitLength() > 20) {
      throw Fault.of("a power of more than %,d bits is too large", MAX_BITS);
    }
    return a.pow(b.intValueExact());
  }

  private static double reals(Operator operator, double a, double b) {
    return switch (operator) {
      case ADD -> a + b;
      case SUBTRACT -> a - b;
      case MULTIPLY -> a * b;
      case DIVIDE -> {
        requireNonZero(b != 0, "float division by zero");
        yield a / b;
      }
      case FLOOR_DIVIDE -> {
        requireNonZero(b != 0, "float floor division by zero");
        yield floorQuotient(a, b);
      }
      case REMAINDER -> {
        requireNonZero(b != 0, "float modulo");
        yield remainder(a, b);
      }
      case POWER -> {
        requireNonZero(a != 0 || b >= 0, "zero to a negative power");
        if (a < 0 && b != Math.rint(b)) {
          throw Fault.of("a power that is a complex number is not supported");
        }
        yield power(a, b);
      }
    };
  }

  private static double power(double a, double b) {
    double power = Math.pow(a, b);
    if (Double.isInfinite(power) && !Double.isInfinite(a) && !Double.isInfinite(b)) {
      throw Fault.of("Numerical result out of range");
    }
    return power;
  }

  /// The remainder that has the sign of the divisor.
  private static double remainder(double a, double b) {
    double rest = a % b;
    if (rest == 0) {
      return Math.copySign(0, b);
    }
    return rest < 0 == b < 0 ? rest : rest + b;
  }

  private static double floorQuotient(double a, double b) {
    double quotient = (a - remainder(a, b)) / b;
    if (quotient == 0) {
      return Math.copySign(0, a / b);
    }
    double floor = Math.floor(quotient);
    return quotient - floor > 0.5 ? floor + 1 : floor;
  }

  public static Value negate(Value value) {
    requireDefined(value);
    if (value instanceof Value.Real(double number)) {
      return new Value.Real(-number);
    }
    return new Value.Int(whole(value).orElseThrow(() -> badUnary("-", value)).negate());
  }

  public static Value plus(Value value) {
    requireDefined(value);
    return value instanceof Value.Real
        ? value
        : new Value.Int(whole(value).orElseThrow(() -> badUnary("+", value)));
  }

  private static Fault badUnary(String sign, Value value) {
    return Fault.of("bad operand type for unary %s: '%s'", sign, value.type());
  }

  public static boolean isNumber(Value value) {
    return value instanceof Value.Real || whole(value).isPresent();
  }

  /// The value of an integer, or of `True` and `False`.
  public static Optional<BigInteger> whole(Value value) {
    return switch (value) {
      case Value.Int number -> Optional.of(number.value());
      case Value.Bool bool -> Optional.of(bool.value() ? BigInteger.ONE : BigInteger.ZERO);
      default -> Optional.empty();
    };
  }

  /// A number as a double.
  public static double real(Value value) {
    if (value instanceof Value.Real(double number)) {
      return number;
    }
    double number = whole(value).orElseThrow().doubleValue();
    if (Double.isInfinite(number)) {
      throw Fault.of("int too large to convert to float");
    }
    return number;
  }

  private Arithmetic() {}
}
