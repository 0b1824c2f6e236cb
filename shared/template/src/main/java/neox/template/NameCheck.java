package neox.template;

import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.template.syntax.Expr;
import neox.template.syntax.Statement;
import neox.template.value.Dialect;

/// Refuses a template that names a filter or a test that is not there, where Jinja does before it
/// renders.
///
/// Inside `{% if %}` and a conditional expression Jinja lets such a name pass until it is reached,
/// so that a template may ask first: `{{ x|f if 'f' is filter else x }}`. What opens names of its
/// own in there (loop, macro, `with`, `filter`, block) is looked at at once again.
final class NameCheck {
  private record Unknown(String problem, int line) {}

  /// Where a statement stands.
  private enum Place {
    /// What is missing here fails at once.
    SURE,
    /// What is missing here fails when it is reached.
    BRANCH
  }

  private final String template;
  private final Dialect dialect;
  private final Constants constants;

  NameCheck(String template, Dialect dialect) {
    this.template = template;
    this.dialect = dialect;
    this.constants = new Constants(Evaluator.beforeRendering(dialect, new Budget()));
  }

  /// Reports the first name that is missing: `name:line: no filter named '…'`.
  void check(List<Statement> statements) {
    check(statements, Place.SURE);
  }

  private void check(List<Statement> statements, Place place) {
    for (Statement statement : statements) {
      check(statement, place);
    }
  }

  private void check(Statement statement, Place place) {
    switch (statement) {
      case Statement.Data data -> {}
      case Statement.Print print -> check(print.value(), place);
      case Statement.If choice -> {
        choice.branches().forEach(branch -> check(branch.body(), Place.BRANCH));
        check(choice.otherwise(), Place.BRANCH);
      }
      case Statement.For loop -> {
        check(loop.sequence(), place);
        loop.condition().ifPresent(condition -> check(condition, Place.SURE));
        check(loop.body());
        check(loop.otherwise());
      }
      case Statement.Assign assign -> check(assign.value(), place);
      case Statement.Capture capture -> {
        check(capture.value(), Place.SURE);
        check(capture.body());
      }
      case Statement.FilterBlock block -> {
        check(block.value(), Place.SURE);
        check(block.body());
      }
      case Statement.Macro macro -> check(macro.routine());
      case Statement.CallBlock block -> {
        check(block.call(), place);
        check(block.routine());
      }
      case Statement.Block block -> check(block.body());
      case Statement.Autoescape block -> {
        check(block.on(), Place.SURE);
        check(block.body());
      }
      case Statement.Load load -> check(load.template(), place);
      case Statement.With with -> {
        with.names().forEach(assign -> check(assign, place));
        check(with.body());
      }
      case Statement.Break jump -> {}
      case Statement.Continue jump -> {}
    }
  }

  private void check(Statement.Routine routine) {
    routine.parameters().forEach(p -> p.fallback().ifPresent(value -> check(value, Place.SURE)));
    check(routine.body());
  }

  private void check(Expr expression, Place place) {
    if (place == Place.BRANCH) {
      return;
    }
    unknown(expression)
        .ifPresent(unknown -> {
          throw new UserException(template + ":" + unknown.line() + ": " + unknown.problem());
        });
  }

  private Optional<Unknown> unknown(Expr expression) {
    return switch (expression) {
      case Expr.Conditional choice -> Optional.empty();
      case Expr.Filtered f when !Filters.exists(f.name(), dialect) ->
          Optional.of(new Unknown("no filter named '" + f.name() + "'", f.line()));
      case Expr.Tested t when !Tests.exists(t.name()) ->
          Optional.of(new Unknown("no test named '" + t.name() + "'", t.line()));
      case Expr.And and -> unlessConstant(and);
      case Expr.Or or -> unlessConstant(or);
      case Expr.Chain chain -> unlessConstant(chain);
      default -> inParts(expression);
    };
  }

  private Optional<Unknown> inParts(Expr expression) {
    for (Expr part : expression.parts()) {
      Optional<Unknown> unknown = unknown(part);
      if (unknown.isPresent()) {
        return unknown;
      }
    }
    return Optional.empty();
  }

  /// What is decided by constants on the left has no right side any more.
  private Optional<Unknown> unlessConstant(Expr expression) {
    Optional<Unknown> unknown = inParts(expression);
    return unknown.isPresent() && constants.value(expression).isPresent()
        ? Optional.empty()
        : unknown;
  }
}
