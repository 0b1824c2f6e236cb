package neox.template;

import java.util.Map;
import neox.python.PythonCase;
import neox.template.value.Arguments;
import neox.template.value.Arithmetic;
import neox.template.value.Comparison;
import neox.template.value.Dialect;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Loop;
import neox.template.value.Operator;
import neox.template.value.Printing;
import neox.template.value.Range;
import neox.template.value.Relation;
import neox.template.value.Sequences;
import neox.template.value.Value;

/// What may follow `is`.
final class Tests {
  private interface Test {
    boolean holds(Value subject);
  }

  private static final Map<String, Test> PLAIN =
      Map.ofEntries(
          Map.entry("defined", v -> !(v instanceof Value.Undefined)),
          Map.entry("undefined", v -> v instanceof Value.Undefined),
          Map.entry("none", v -> v == Value.None.NONE),
          Map.entry("boolean", v -> v instanceof Value.Bool),
          Map.entry("true", v -> v instanceof Value.Bool(boolean is) && is),
          Map.entry("false", v -> v instanceof Value.Bool(boolean is) && !is),
          Map.entry("integer", v -> v instanceof Value.Int),
          Map.entry("float", v -> v instanceof Value.Real),
          Map.entry("number", Arithmetic::isNumber),
          Map.entry("string", v -> v instanceof Value.Text),
          Map.entry("mapping", v -> v instanceof Dict),
          Map.entry("iterable", Sequences::isIterable),
          Map.entry("escaped", v -> v instanceof Value.Text(_, boolean isMarkup) && isMarkup),
          Map.entry("sequence", Tests::isSequence),
          Map.entry("callable", Tests::isCallable),
          Map.entry("lower", v -> PythonCase.isLower(Printing.str(v))),
          Map.entry("upper", v -> PythonCase.isUpper(Printing.str(v))),
          Map.entry("odd", v -> isRemainder(v, 2, 1)),
          Map.entry("even", v -> isRemainder(v, 2, 0)));

  private static final Map<String, Relation> RELATIONS =
      Map.ofEntries(
          Map.entry("eq", Relation.EQUAL),
          Map.entry("equalto", Relation.EQUAL),
          Map.entry("ne", Relation.NOT_EQUAL),
          Map.entry("lt", Relation.LESS),
          Map.entry("lessthan", Relation.LESS),
          Map.entry("le", Relation.LESS_OR_EQUAL),
          Map.entry("gt", Relation.GREATER),
          Map.entry("greaterthan", Relation.GREATER),
          Map.entry("ge", Relation.GREATER_OR_EQUAL),
          Map.entry("in", Relation.IN),
          Map.entry("==", Relation.EQUAL),
          Map.entry("!=", Relation.NOT_EQUAL),
          Map.entry("<", Relation.LESS),
          Map.entry("<=", Relation.LESS_OR_EQUAL),
          Map.entry(">", Relation.GREATER),
          Map.entry(">=", Relation.GREATER_OR_EQUAL));

  static boolean exists(String name) {
    return PLAIN.containsKey(name)
        || RELATIONS.containsKey(name)
        || name.equals("divisibleby")
        || name.equals("sameas")
        || name.equals("filter")
        || name.equals("test");
  }

  static boolean holds(String name, Value subject, Arguments arguments, Dialect dialect) {
    Test plain = PLAIN.get(name);
    if (plain != null) {
      arguments.bind(name, 0);
      return plain.holds(subject);
    }
    Relation relation = RELATIONS.get(name);
    if (relation != null) {
      return Comparison.holds(relation, subject, arguments.bind(name, 1, "other").value(0));
    }
    return switch (name) {
      case "divisibleby" -> isRemainder(subject, arguments.bind(name, 1, "num").integer(0, 1), 0);
      case "sameas" -> same(subject, arguments.bind(name, 1, "other").value(0));
      case "filter" -> isName(subject) && Filters.exists(Printing.str(subject), dialect);
      case "test" -> isName(subject) && exists(Printing.str(subject));
      default -> throw Fault.of("no test named '%s'", name);
    };
  }

  /// Python looks names up in a dictionary, which refuses what cannot be a key.
  private static boolean isName(Value value) {
    Dict.plain(value);
    return value instanceof Value.Text;
  }

  private static boolean isSequence(Value value) {
    return switch (value) {
      case Value.Text text -> true;
      case Value.Listing list -> true;
      case Value.Tuple tuple -> true;
      case Range range -> true;
      case Dict dict -> true;
      case Value.Undefined undefined -> !undefined.strict();
      default -> false;
    };
  }

  private static boolean isCallable(Value value) {
    return value instanceof Value.Callable
        || value instanceof Value.Undefined
        || value instanceof Loop;
  }

  private static boolean isRemainder(Value value, int divisor, int rest) {
    Value remainder = Arithmetic.apply(Operator.REMAINDER, value, Value.Int.of(divisor));
    return Comparison.equal(remainder, Value.Int.of(rest));
  }

  /// Identity, which for numbers and strings is a matter of how CPython was built.
  @SuppressWarnings("ReferenceEquality") // it is what the test is about
  private static boolean same(Value left, Value right) {
    return switch (right) {
      case Value.Bool bool -> left.equals(bool);
      case Value.Int number -> throw identity(right);
      case Value.Real number -> throw identity(right);
      case Value.Text text -> throw identity(right);
      case Value.Tuple tuple -> throw identity(right);
      default -> left == right;
    };
  }

  private static Fault identity(Value value) {
    return Fault.of("sameas is not supported for a value of type '%s'; use ==", value.type());
  }

  private Tests() {}
}
