package neox.template;

import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.template.syntax.Expr;
import neox.template.value.Comparison;
import neox.template.value.Fault;
import neox.template.value.Sequences;
import neox.template.value.Value;

/// What Jinja computes before it renders: expressions in which there is no name.
///
/// It matters where something fails: of `false and x` the right side is never looked at.
final class Constants {
  /// Filters that are given the names of the template, and so are never computed before.
  private static final Set<String> SEES_NAMES =
      Set.of("map", "select", "reject", "selectattr", "rejectattr", "random");

  private final Evaluator evaluator;

  Constants(Evaluator evaluator) {
    this.evaluator = evaluator;
  }

  /// The value; empty when it depends on names, or when there is none.
  Optional<Value> value(Expr expression) {
    return switch (expression) {
      case Expr.Name name -> Optional.empty();
      case Expr.Call call -> Optional.empty();
      case Expr.And and ->
          value(and.left()).flatMap(left -> isTrue(left) ? value(and.right()) : Optional.of(left));
      case Expr.Or or ->
          value(or.left()).flatMap(left -> isTrue(left) ? Optional.of(left) : value(or.right()));
      case Expr.Conditional choice ->
          value(choice.test())
              .flatMap(test ->
                  isTrue(test) ? value(choice.then()) : choice.otherwise().flatMap(this::value));
      case Expr.Chain chain -> chain(chain);
      case Expr.Filtered filtered ->
          SEES_NAMES.contains(filtered.name()) ? Optional.empty() : computed(filtered);
      default -> computed(expression);
    };
  }

  private Optional<Value> computed(Expr expression) {
    for (Expr part : expression.parts()) {
      if (value(part).isEmpty()) {
        return Optional.empty();
      }
    }
    try {
      return Optional.of(evaluator.evaluate(expression, Scope.outermost(Map.of())));
    } catch (Fault e) {
      return Optional.empty();
    }
  }

  private Optional<Value> chain(Expr.Chain chain) {
    Optional<Value> left = value(chain.first());
    for (Expr.Link link : chain.links()) {
      Optional<Value> right = left.isEmpty() ? left : value(link.right());
      if (right.isEmpty()) {
        return right;
      }
      try {
        if (!Comparison.holds(link.relation(), left.orElseThrow(), right.get())) {
          return Optional.of(Value.Bool.of(false));
        }
      } catch (Fault e) {
        return Optional.empty();
      }
      left = right;
    }
    return Optional.of(Value.Bool.of(true));
  }

  /// A strict undefined value is neither.
  private static boolean isTrue(Value value) {
    return !(value instanceof Value.Undefined) && Sequences.isTrue(value);
  }
}
