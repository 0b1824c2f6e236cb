package neox.template.value;

import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;

/// Python's comparisons.
public final class Comparison {

  public static boolean holds(Relation relation, Value left, Value right) {
    return switch (relation) {
      case EQUAL -> equal(left, right);
      case NOT_EQUAL -> !equal(left, right);
      case LESS -> ordered(left, right, "<") && compare(left, right, "<") < 0;
      case LESS_OR_EQUAL -> ordered(left, right, "<=") && compare(left, right, "<=") <= 0;
      case GREATER -> ordered(left, right, ">") && compare(left, right, ">") > 0;
      case GREATER_OR_EQUAL -> ordered(left, right, ">=") && compare(left, right, ">=") >= 0;
      case IN -> contains(right, left);
      case NOT_IN -> !contains(right, left);
    };
  }

  public static boolean isLess(Value left, Value right) {
    return holds(Relation.LESS, left, right);
  }

  @SuppressWarnings("ReferenceEquality") // functions and the like are equal to themselves only
  public static boolean equal(Value left, Value right) {
    requireLenient(left);
    requireLenient(right);
    if (Arithmetic.isNumber(left) && Arithmetic.isNumber(right)) {
      return ordered(left, right, "==") && compareNumbers(left, right) == 0;
    }
    return switch (left) {
      case Value.Text text -> text.equals(right);
      case Value.Listing list -> right instanceof Value.Listing r && equal(list.items(), r.items());
      case Value.Tuple tuple -> right instanceof Value.Tuple r && equal(tuple.items(), r.items());
      case Range range -> range.equals(right);
      case Value.View view -> right instanceof Value.View r && sameView(view, r);
      case Dict dict -> right instanceof Dict r && equal(dict, r);
      case Value.Undefined undefined -> right instanceof Value.Undefined;
      case Value.None none -> right == none;
      default -> left == right;
    };
  }

  private static void requireLenient(Value value) {
    if (value instanceof Value.Undefined(String problem, boolean strict) && strict) {
      throw Fault.of("%s", problem);
    }
  }

  private static boolean equal(List<Value> left, List<Value> right) {
    if (left.size() != right.size()) {
      return false;
    }
    for (int i = 0; i < left.size(); i++) {
      if (!equal(left.get(i), right.get(i))) {
        return false;
      }
    }
    return true;
  }

  private static boolean equal(Dict left, Dict right) {
    return left.size() == right.size()
        && left.keys().stream()
            .allMatch(key ->
                right.get(key).isPresent()
                    && equal(left.get(key).orElseThrow(), right.get(key).orElseThrow()));
  }

  /// Keys and items are compared as sets; values are equal to themselves only.
  @SuppressWarnings("ReferenceEquality") // the view of values is equal to itself only
  private static boolean sameView(Value.View left, Value.View right) {
    boolean sets = !left.type().equals("dict_values") && !right.type().equals("dict_values");
    return sets ? new HashSet<>(left.items()).equals(new HashSet<>(right.items())) : left == right;
  }

  /// False for a number that compares with nothing; [Fault] when Python has no order for the two.
  private static boolean ordered(Value left, Value right, String symbol) {
    Arithmetic.requireDefined(left);
    Arithmetic.requireDefined(right);
    boolean comparable =
        (Arithmetic.isNumber(left) && Arithmetic.isNumber(right))
            || (left instanceof Value.Text && right instanceof Value.Text)
            || (left instanceof Value.Listing && right instanceof Value.Listing)
            || (left instanceof Value.Tuple && right instanceof Value.Tuple);
    if (!comparable) {
      throw Fault.of(
          "'%s' not supported between instances of '%s' and '%s'",
          symbol, left.type(), right.type());
    }
    return !isNan(left) && !isNan(right);
  }

  private static boolean isNan(Value value) {
    return value instanceof Value.Real(double number) && Double.isNaN(number);
  }

  private static int compare(Value left, Value right, String symbol) {
    return switch (left) {
      case Value.Text text -> compare(text.value(), ((Value.Text) right).value());
      case Value.Listing list -> compare(list.items(), ((Value.Listing) right).items(), symbol);
      case Value.Tuple tuple -> compare(tuple.items(), ((Value.Tuple) right).items(), symbol);
      default -> compareNumbers(left, right);
    };
  }

  /// By code points; Java's own order differs beyond the basic plane.
  private static int compare(String left, String right) {
    return java.util.Arrays.compare(left.codePoints().toArray(), right.codePoints().toArray());
  }

  private static int compare(List<Value> left, List<Value> right, String symbol) {
    for (int i = 0; i < Math.min(left.size(), right.size()); i++) {
      if (!equal(left.get(i), right.get(i))) {
        // A number that compares with nothing is neither smaller nor greater; either will do.
        return ordered(left.get(i), right.get(i), symbol)
            ? compare(left.get(i), right.get(i), symbol)
            : 1;
      }
    }
    return Integer.compare(left.size(), right.size());
  }

  /// Exact, also between an integer and a floating-point number.
  private static int compareNumbers(Value left, Value right) {
    OptionalInt infinite = compareInfinite(left, right);
    return infinite.isPresent() ? infinite.getAsInt() : decimal(left).compareTo(decimal(right));
  }

  private static OptionalInt compareInfinite(Value left, Value right) {
    double a = infinity(left);
    double b = infinity(right);
    return a == 0 && b == 0 ? OptionalInt.empty() : OptionalInt.of(Double.compare(a, b));
  }

  private static double infinity(Value value) {
    boolean infinite = value instanceof Value.Real(double number) && Double.isInfinite(number);
    return infinite ? ((Value.Real) value).value() : 0;
  }

  private static BigDecimal decimal(Value value) {
    return value instanceof Value.Real(double number)
        ? new BigDecimal(number)
        : new BigDecimal(Arithmetic.whole(value).orElseThrow());
  }

  /// `item in container`
  static boolean contains(Value container, Value item) {
    return switch (container) {
      case Value.Text text -> {
        if (item instanceof Value.Text(String part, _)) {
          yield text.value().contains(part);
        }
        Arithmetic.requireDefined(item);
        throw Fault.of("'in <string>' requires string as left operand, not %s", item.type());
      }
      case Dict dict -> dict.get(item).isPresent();
      case Value.View view when view.type().equals("dict_keys") -> {
        Value key = Dict.plain(item);
        yield view.items().stream().anyMatch(other -> Dict.plain(other).equals(key));
      }
      case Value.View view when view.type().equals("dict_items") ->
          item instanceof Value.Tuple pair
              && pair.items().size() == 2
              && view.items().stream().anyMatch(other -> equal(item, other));
      case Value.None none -> throw notIterable(container);
      case Value.Bool bool -> throw notIterable(container);
      case Value.Int number -> throw notIterable(container);
      case Value.Real number -> throw notIterable(container);
      default -> Sequences.items(container).stream().anyMatch(other -> equal(item, other));
    };
  }

  private static Fault notIterable(Value container) {
    return Fault.of("argument of type '%s' is not iterable", container.type());
  }

  private Comparison() {}
}
