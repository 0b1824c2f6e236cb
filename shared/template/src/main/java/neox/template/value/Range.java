package neox.template.value;

import java.math.BigInteger;
import java.util.AbstractList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What Python's `range()` gives: numbers that are made when they are asked for.
///
/// @param step not 0
public record Range(BigInteger start, BigInteger stop, BigInteger step) implements Value {
  private static final int MAX = 100_000; // that of Jinja's sandbox

  /// `range(stop)`, `range(start, stop)` or `range(start, stop, step)`
  public static Range of(Arguments arguments) {
    List<Value> given = arguments.positional();
    if (!arguments.named().isEmpty()) {
      throw Fault.of("range() takes no keyword arguments");
    }
    return switch (given.size()) {
      case 0 -> throw Fault.of("range expected at least 1 argument, got 0");
      case 1 -> new Range(BigInteger.ZERO, whole(given.getFirst()), BigInteger.ONE);
      case 2 -> new Range(whole(given.getFirst()), whole(given.getLast()), BigInteger.ONE);
      case 3 -> new Range(whole(given.getFirst()), whole(given.get(1)), step(given.getLast()));
      default -> throw Fault.of("range expected at most 3 arguments, got %d", given.size());
    };
  }

  /// The same with the bound that Jinja's sandbox sets: [Fault] for more than 100,000 numbers.
  public static Range ofFew(Arguments arguments) {
    Range range = of(arguments);
    range.requireFew();
    return range;
  }

  private static BigInteger step(Value value) {
    BigInteger step = whole(value);
    if (step.signum() == 0) {
      throw Fault.of("range() arg 3 must not be zero");
    }
    return step;
  }

  private static BigInteger whole(Value value) {
    Arithmetic.requireDefined(value);
    return Arithmetic.whole(value)
        .orElseThrow(
            () -> Fault.of("'%s' object cannot be interpreted as an integer", value.type()));
  }

  /// How many numbers there are.
  BigInteger length() {
    BigInteger way = stop.subtract(start);
    boolean some = way.signum() == step.signum();
    BigInteger toLast = way.subtract(BigInteger.valueOf(way.signum()));
    return some ? toLast.divide(step).add(BigInteger.ONE) : BigInteger.ZERO;
  }

  /// The numbers; [Fault] when they are more than 100,000.
  List<Value> items() {
    int size = requireFew();
    return new AbstractList<>() {
      @Override
      public Value get(int index) {
        return new Int(number(index));
      }

      @Override
      public int size() {
        return size;
      }
    };
  }

  private int requireFew() {
    BigInteger length = length();
    if (length.compareTo(BigInteger.valueOf(MAX)) > 0) {
      throw Fault.of("range too big: at most %,d numbers are allowed", MAX);
    }
    return length.intValueExact();
  }

  private BigInteger number(long index) {
    return start.add(step.multiply(BigInteger.valueOf(index)));
  }

  /// Some of the numbers; [Fault] when they are taken from more than 100,000.
  Range slice(Sequences.Slice slice) {
    int length = requireFew();
    BigInteger by = BigInteger.valueOf(slice.stepOrOne());
    return new Range(number(slice.from(length)), number(slice.to(length)), step.multiply(by));
  }

  /// Ranges of the same numbers are equal, wherever they stop.
  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Range range && numbers().equals(range.numbers());
  }

  @Override
  public int hashCode() {
    return numbers().hashCode();
  }

  /// How many there are, the first and the distance of the next, where there are such.
  private List<BigInteger> numbers() {
    BigInteger length = length();
    return List.of(length, start, step).subList(0, length.min(BigInteger.TWO).intValueExact() + 1);
  }

  @Override
  public String type() {
    return "range";
  }
}
