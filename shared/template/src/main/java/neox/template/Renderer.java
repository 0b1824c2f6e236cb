package neox.template;

import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Spliterator;
import java.util.Spliterators;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import neox.base.UserException;
import neox.template.syntax.Expr;
import neox.template.syntax.Statement;
import neox.template.syntax.Statement.Target;
import neox.template.value.Arguments;
import neox.template.value.Arithmetic;
import neox.template.value.Dialect;
import neox.template.value.Fault;
import neox.template.value.Loop;
import neox.template.value.Namespace;
import neox.template.value.Printing;
import neox.template.value.Sequences;
import neox.template.value.Value;

/// Carries statements out. Not thread-safe.
final class Renderer {
  /// How a list of statements ended.
  private enum Flow {
    ON,
    BREAK,
    CONTINUE
  }

  private final String name;
  private final Evaluator evaluator;
  private final Budget budget;
  private final Scope top;

  /// @param top the names of the whole template
  Renderer(String name, Dialect dialect, Scope top) {
    this.name = name;
    this.budget = new Budget();
    this.evaluator = new Evaluator(dialect, budget);
    this.top = top;
  }

  Evaluator evaluator() {
    return evaluator;
  }

  String render(List<Statement> statements, Scope scope) {
    StringBuilder out = new StringBuilder();
    run(statements, scope, out);
    return out.toString();
  }

  private Flow run(List<Statement> statements, Scope scope, StringBuilder out) {
    for (Statement statement : statements) {
      try {
        Flow flow = run(statement, scope, out);
        if (flow != Flow.ON) {
          return flow;
        }
      } catch (Fault e) {
        throw new UserException(name + ":" + statement.line() + ": " + e.problem(), e);
      }
    }
    return Flow.ON;
  }

  private void print(String text, StringBuilder out) {
    budget.spend(text.length());
    out.append(text);
  }

  /// Only `{{ }}` makes a string of what is none.
  private static String text(Value value) {
    if (value instanceof Value.Text(String text, _)) {
      return text;
    }
    Arithmetic.requireDefined(value);
    throw Fault.of("expected str instance, %s found", value.type());
  }

  private Flow run(Statement statement, Scope scope, StringBuilder out) {
    budget.spend(1);
    switch (statement) {
      case Statement.Data data -> print(data.text(), out);
      case Statement.Print print -> print(Printing.str(printed(print.value(), scope)), out);
      case Statement.If choice -> {
        return runIf(choice, scope, out);
      }
      case Statement.For loop -> print(runFor(loop, value(loop.sequence(), scope), scope, 1), out);
      case Statement.Assign assign -> assign(assign.target(), value(assign.value(), scope), scope);
      case Statement.Capture capture ->
          assign(capture.target(), filtered(capture.value(), capture.body(), scope), scope);
      case Statement.FilterBlock block ->
          print(text(filtered(block.value(), block.body(), scope)), out);
      case Statement.Macro macro ->
          scope.set(macro.routine().name(), Macros.of(macro.routine(), scope, this));
      case Statement.CallBlock block -> print(text(call(block, scope)), out);
      case Statement.Block block -> {
        return run(block.body(), (block.scoped() ? scope : top).inner(), out);
      }
      case Statement.Autoescape block -> {
        if (evaluator.isTrue(block.on(), scope)) {
          throw Fault.of("autoescape is not supported; use the filter escape");
        }
        return run(block.body(), scope.inner(), out);
      }
      case Statement.Load load -> throw Fault.of("the tag '%s' is not supported", load.tag());
      case Statement.With with -> {
        Scope inner = scope.inner();
        with.names().forEach(n -> assign(n.target(), value(n.value(), scope), inner));
        return run(with.body(), inner, out);
      }
      case Statement.Break jump -> {
        return Flow.BREAK;
      }
      case Statement.Continue jump -> {
        return Flow.CONTINUE;
      }
    }
    return Flow.ON;
  }

  private Value printed(Expr expression, Scope scope) {
    try {
      return value(expression, scope);
    } catch (Fault e) {
      return evaluator.constant(expression, e).orElseThrow(() -> e);
    }
  }

  private Value value(Expr expression, Scope scope) {
    return evaluator.evaluate(expression, scope);
  }

  private Flow runIf(Statement.If choice, Scope scope, StringBuilder out) {
    for (Statement.Branch branch : choice.branches()) {
      if (evaluator.isTrue(branch.test(), scope)) {
        return run(branch.body(), scope, out);
      }
    }
    return run(choice.otherwise(), scope, out);
  }

  private String runFor(Statement.For loop, Value sequence, Scope scope, int depth) {
    StringBuilder out = new StringBuilder();
    Value.Callable again =
        new Value.Callable("loop", arguments -> recurse(loop, arguments, scope, depth));
    Loop state = new Loop(items(loop, sequence, scope), depth, evaluator.dialect(), again);
    Optional<Value> item = state.next();
    if (item.isEmpty()) {
      run(loop.otherwise(), scope.inner(), out);
    }
    while (item.isPresent()) {
      budget.spend(1);
      Scope inner = scope.inner();
      inner.set("loop", state);
      assign(loop.target(), item.get(), inner);
      if (run(loop.body(), inner, out) == Flow.BREAK) {
        break;
      }
      item = state.next();
    }
    return out.toString();
  }

  private Value recurse(Statement.For loop, Arguments arguments, Scope scope, int depth) {
    if (loop.repeat() == Statement.Repeat.ONCE) {
      throw Fault.of("a loop that is called needs the word 'recursive'");
    }
    Value sequence = arguments.bind("loop", 1, "iterable").value(0);
    return new Value.Text(runFor(loop, sequence, scope, depth + 1));
  }

  private Iterator<Value> items(Statement.For loop, Value sequence, Scope scope) {
    Iterator<Value> items = Sequences.iterator(sequence);
    return loop.condition().map(c -> chosen(loop.target(), c, items, scope)).orElse(items);
  }

  /// Those that fulfil the condition, which is asked when the loop comes to an item: it may depend
  /// on what the body has done before.
  private Iterator<Value> chosen(
      Target target, Expr condition, Iterator<Value> items, Scope scope) {
    Spliterator<Value> all = Spliterators.spliteratorUnknownSize(items, 0);
    return StreamSupport.stream(all, false)
        .flatMap(item -> {
          Scope inner = scope.inner();
          assign(target, item, inner);
          boolean isChosen = evaluator.isTrue(condition, inner);
          return isChosen ? Stream.of(assigned(target, item, inner)) : Stream.of();
        })
        .iterator();
  }

  /// The item as its names have it: parts that were taken apart come back as a tuple.
  private static Value assigned(Target target, Value item, Scope scope) {
    return switch (target) {
      case Statement.ToName to -> scope.get(to.name()).orElse(item);
      case Statement.ToAttribute to -> item;
      case Statement.ToEach to ->
          new Value.Tuple(to.targets().stream().map(part -> assigned(part, item, scope)).toList());
    };
  }

  private void assign(Target target, Value value, Scope scope) {
    switch (target) {
      case Statement.ToName to -> scope.set(to.name(), value);
      case Statement.ToAttribute to -> {
        if (!(scope.get(to.namespace()).orElse(null) instanceof Namespace namespace)) {
          throw Fault.of(
              "cannot assign attribute '%s': '%s' is no namespace()",
              to.attribute(), to.namespace());
        }
        namespace.set(to.attribute(), value);
      }
      case Statement.ToEach to -> {
        List<Value> items = Sequences.items(value);
        if (items.size() != to.targets().size()) {
          throw Fault.of(
              "expected %d values to unpack, found %d", to.targets().size(), items.size());
        }
        for (int i = 0; i < items.size(); i++) {
          assign(to.targets().get(i), items.get(i), scope);
        }
      }
    }
  }

  private Value filtered(Expr value, List<Statement> body, Scope scope) {
    String text = render(body, scope.inner());
    Scope inner = scope.inner();
    inner.set(Statement.CAPTURED, new Value.Text(text));
    return value(value, inner);
  }

  Value undefined(String problem) {
    return evaluator.dialect().undefined(problem);
  }

  private Value call(Statement.CallBlock block, Scope scope) {
    Arguments given = evaluator.given(block.call().given(), scope);
    var named = new java.util.LinkedHashMap<>(given.named());
    named.put("caller", Macros.of(block.routine(), scope, this));
    Value callee = value(block.call().callee(), scope);
    return evaluator.call(callee, new Arguments(given.positional(), named));
  }
}
