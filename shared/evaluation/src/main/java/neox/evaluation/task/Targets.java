package neox.evaluation.task;

import java.math.BigInteger;
import java.util.OptionalInt;
import neox.template.value.Value;

/// What the values of targets stand for.
final class Targets {
  /// The number of a choice; empty for all but numbers. As in Python, True is 1.
  static OptionalInt index(Value value) {
    return switch (value) {
      case Value.Int(BigInteger number) when number.bitLength() < Integer.SIZE ->
          OptionalInt.of(number.intValue());
      case Value.Bool(boolean bool) -> OptionalInt.of(bool ? 1 : 0);
      default -> OptionalInt.empty();
    };
  }

  private Targets() {}
}
