package neox.evaluation.metric;

import java.util.List;
import neox.base.UserException;
import neox.template.value.Value;

/// The numbers in the values of documents.
final class Numbers {
  /// A number, or a flag as 1 or 0.
  static double of(String aggregation, Value value) {
    return switch (value) {
      case Value.Real(double number) -> number;
      case Value.Int number -> number.value().doubleValue();
      case Value.Bool(boolean flag) -> flag ? 1 : 0;
      default -> throw wrong(aggregation, "numbers", value);
    };
  }

  static List<Value> pair(String aggregation, Value value) {
    List<Value> items = items(aggregation, value);
    if (items.size() != 2) {
      throw wrong(aggregation, "pairs", value);
    }
    return items;
  }

  static List<Value> items(String aggregation, Value value) {
    return switch (value) {
      case Value.Tuple(List<Value> items, _) -> items;
      case Value.Listing(List<Value> items) -> items;
      default -> throw wrong(aggregation, "pairs", value);
    };
  }

  static UserException wrong(String aggregation, String expected, Value value) {
    return UserException.of(
        "aggregation '%s' is of %s; a document gave '%s'", aggregation, expected, value.type());
  }

  static double sum(double[] numbers, int[] drawn) {
    double sum = 0;
    for (int i : drawn) {
      sum += numbers[i];
    }
    return sum;
  }

  /// From left to right.
  static double mean(double[] numbers) {
    double sum = 0;
    for (double number : numbers) {
      sum += number;
    }
    return numbers.length == 0 ? Double.NaN : sum / numbers.length;
  }

  /// The sample standard deviation (n − 1).
  static double deviation(double[] numbers) {
    double mean = mean(numbers);
    double squares = 0;
    for (double number : numbers) {
      squares += (number - mean) * (number - mean);
    }
    return Math.sqrt(squares / (numbers.length - 1));
  }

  private Numbers() {}
}
