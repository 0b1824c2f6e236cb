package neox.template;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.template.syntax.Expr;
import neox.template.value.Arguments;
import neox.template.value.Arithmetic;
import neox.template.value.Attributes;
import neox.template.value.Comparison;
import neox.template.value.Dialect;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Loop;
import neox.template.value.Printing;
import neox.template.value.Sequences;
import neox.template.value.Size;
import neox.template.value.Value;

/// Evaluates expressions.
final class Evaluator {
  private final Dialect dialect;
  private final Budget budget;
  private final boolean beforeRendering;

  Evaluator(Dialect dialect, Budget budget) {
    this(dialect, budget, false);
  }

  private Evaluator(Dialect dialect, Budget budget, boolean beforeRendering) {
    this.dialect = dialect;
    this.budget = budget;
    this.beforeRendering = beforeRendering;
  }

  /// One that computes constants as Jinja does before it renders: what cannot be sliced has an
  /// undefined slice there.
  static Evaluator beforeRendering(Dialect dialect, Budget budget) {
    return new Evaluator(dialect, budget, true);
  }

  Dialect dialect() {
    return dialect;
  }

  Value evaluate(Expr expression, Scope scope) {
    Value value;
    try {
      value = compute(expression, scope);
    } catch (Fault e) {
      value = constant(expression, e).filter(Evaluator::isWritten).orElseThrow(() -> e);
    }
    switch (expression) {
      case Expr.Binary x -> budget.spendOn(value);
      case Expr.Concat x -> budget.spendOn(value);
      case Expr.Slice x -> budget.spendOn(value);
      case Expr.Call x -> budget.spendOn(value);
      case Expr.Filtered x -> budget.spendOn(value);
      default -> budget.spend(1);
    }
    return value;
  }

  /// What Jinja has made of an expression before it renders, where a slice fails now.
  Optional<Value> constant(Expr expression, Fault fault) {
    return fault.isOfSlice() && !beforeRendering
        ? new Constants(beforeRendering(dialect, budget)).value(expression)
        : Optional.empty();
  }

  /// Whether Jinja writes a constant into the template's code, in place of its expression.
  private static boolean isWritten(Value value) {
    return switch (value) {
      case Value.Undefined _ -> false;
      case Value.Listing list -> list.items().stream().allMatch(Evaluator::isWritten);
      case Value.Tuple tuple -> tuple.items().stream().allMatch(Evaluator::isWritten);
      default -> true;
    };
  }

  private Value compute(Expr expression, Scope scope) {
    return switch (expression) {
      case Expr.Literal literal -> literal.value();
      case Expr.Name name -> name(name.name(), scope);
      case Expr.ListOf list -> new Value.Listing(all(list.items(), scope));
      case Expr.TupleOf tuple -> new Value.Tuple(all(tuple.items(), scope));
      case Expr.DictOf dict -> dict(dict, scope);
      case Expr.Attribute a -> Attributes.attribute(evaluate(a.target(), scope), a.name(), dialect);
      case Expr.Item i ->
          Attributes.item(evaluate(i.target(), scope), evaluate(i.key(), scope), dialect);
      case Expr.Slice slice -> slice(slice, scope);
      case Expr.Call c -> call(evaluate(c.callee(), scope), given(c.given(), scope));
      case Expr.Filtered f ->
          Filters.apply(f.name(), evaluate(f.subject(), scope), given(f.given(), scope), this);
      case Expr.Tested t ->
          Value.Bool.of(
              Tests.holds(
                  t.name(), evaluate(t.subject(), scope), given(t.given(), scope), dialect));
      case Expr.Not not -> Value.Bool.of(!isTrue(not.operand(), scope));
      case Expr.Minus minus -> Arithmetic.negate(evaluate(minus.operand(), scope));
      case Expr.Plus plus -> Arithmetic.plus(evaluate(plus.operand(), scope));
      case Expr.Binary b ->
          Arithmetic.apply(b.operator(), evaluate(b.left(), scope), evaluate(b.right(), scope));
      case Expr.And and -> {
        Value left = evaluate(and.left(), scope);
        yield Sequences.isTrue(left) ? evaluate(and.right(), scope) : left;
      }
      case Expr.Or or -> {
        Value left = evaluate(or.left(), scope);
        yield Sequences.isTrue(left) ? left : evaluate(or.right(), scope);
      }
      case Expr.Concat concat -> {
        StringBuilder text = new StringBuilder();
        for (Value part : all(concat.parts(), scope)) {
          Size.require(text.append(Printing.str(part)).length());
        }
        yield new Value.Text(text.toString());
      }
      case Expr.Chain chain -> Value.Bool.of(holds(chain, scope));
      case Expr.Conditional conditional -> conditional(conditional, scope);
    };
  }

  boolean isTrue(Expr expression, Scope scope) {
    return Sequences.isTrue(evaluate(expression, scope));
  }

  private Value name(String name, Scope scope) {
    return scope.get(name).orElseGet(() -> dialect.undefined("'" + name + "' is undefined"));
  }

  private List<Value> all(List<Expr> expressions, Scope scope) {
    List<Value> values = new ArrayList<>();
    expressions.forEach(e -> values.add(evaluate(e, scope)));
    return values;
  }

  private Value dict(Expr.DictOf literal, Scope scope) {
    Dict.Builder dict = new Dict.Builder();
    literal
        .entries()
        .forEach(entry -> dict.put(evaluate(entry.key(), scope), evaluate(entry.value(), scope)));
    return dict.build();
  }

  private Value slice(Expr.Slice of, Scope scope) {
    Value target = evaluate(of.target(), scope);
    Arithmetic.requireDefined(target);
    Sequences.Slice bounds;
    try {
      bounds =
          new Sequences.Slice(
              bound(of.start(), scope), bound(of.stop(), scope), bound(of.step(), scope));
    } catch (Fault e) {
      return unsliced(e.problem());
    }
    return Sequences.slice(target, bounds)
        .orElseGet(() -> unsliced("'%s' object cannot be sliced".formatted(target.type())));
  }

  private Value unsliced(String problem) {
    if (beforeRendering) {
      return dialect.undefined(problem);
    }
    throw Fault.ofSlice(problem);
  }

  private Optional<BigInteger> bound(Optional<Expr> bound, Scope scope) {
    Value value = bound.map(b -> evaluate(b, scope)).orElse(Value.None.NONE);
    if (value == Value.None.NONE) {
      return Optional.empty();
    }
    Arithmetic.requireDefined(value);
    return Optional.of(
        Arithmetic.whole(value)
            .orElseThrow(() ->
                Fault.of("slice indices must be integers or None, found '%s'", value.type())));
  }

  private boolean holds(Expr.Chain chain, Scope scope) {
    Value left = evaluate(chain.first(), scope);
    for (Expr.Link link : chain.links()) {
      Value right = evaluate(link.right(), scope);
      if (!Comparison.holds(link.relation(), left, right)) {
        return false;
      }
      left = right;
    }
    return true;
  }

  /// Without an `else` the value is undefined, but never strictly so, as in Jinja.
  private Value conditional(Expr.Conditional c, Scope scope) {
    if (isTrue(c.test(), scope)) {
      return evaluate(c.then(), scope);
    }
    return c.otherwise()
        .map(otherwise -> evaluate(otherwise, scope))
        .orElseGet(() ->
            new Value.Undefined(
                "the inline if-expression evaluated to false and no else section was defined",
                false));
  }

  Arguments given(Expr.Given given, Scope scope) {
    Map<String, Value> named = new LinkedHashMap<>();
    List<Value> positional = all(given.positional(), scope);
    given.keywords().forEach(k -> named.put(k.name(), evaluate(k.value(), scope)));
    given.more().ifPresent(more -> positional.addAll(Sequences.items(evaluate(more, scope))));
    given.moreNamed().ifPresent(more -> addNamed(evaluate(more, scope), named));
    return new Arguments(positional, named);
  }

  private static void addNamed(Value more, Map<String, Value> named) {
    if (!(more instanceof Dict dict)) {
      Arithmetic.requireDefined(more);
      throw Fault.of("argument after ** must be a mapping, not %s", more.type());
    }
    for (Value key : dict.keys()) {
      if (!(key instanceof Value.Text(String name, _))) {
        throw Fault.of("keywords must be strings");
      }
      if (named.put(name, dict.get(key).orElseThrow()) != null) {
        throw Fault.of("got multiple values for keyword argument '%s'", name);
      }
    }
  }

  Value call(Value callee, Arguments arguments) {
    return switch (callee) {
      case Value.Callable function -> function.body().call(arguments);
      case Loop loop -> loop.again().body().call(arguments);
      default -> {
        Arithmetic.requireDefined(callee);
        throw Fault.of("'%s' object is not callable", callee.type());
      }
    };
  }
}
