package neox.template.syntax;

import java.util.List;
import java.util.Optional;
import neox.template.value.Operator;
import neox.template.value.Relation;
import neox.template.value.Value;

/// An expression.
public sealed interface Expr {
  record Literal(Value value) implements Expr {}

  record Name(String name) implements Expr {}

  record ListOf(List<Expr> items) implements Expr {}

  record TupleOf(List<Expr> items) implements Expr {}

  record DictOf(List<Entry> entries) implements Expr {}

  record Entry(Expr key, Expr value) {}

  /// `target.name`
  record Attribute(Expr target, String name) implements Expr {}

  /// `target[key]`
  record Item(Expr target, Expr key) implements Expr {}

  /// `target[start:stop:step]`
  record Slice(Expr target, Optional<Expr> start, Optional<Expr> stop, Optional<Expr> step)
      implements Expr {}

  record Call(Expr callee, Given given) implements Expr {}

  /// `subject|name(…)`
  record Filtered(Expr subject, String name, Given given) implements Expr {}

  /// `subject is name(…)`
  record Tested(Expr subject, String name, Given given) implements Expr {}

  record Not(Expr operand) implements Expr {}

  record Minus(Expr operand) implements Expr {}

  record Plus(Expr operand) implements Expr {}

  record Binary(Operator operator, Expr left, Expr right) implements Expr {}

  record And(Expr left, Expr right) implements Expr {}

  record Or(Expr left, Expr right) implements Expr {}

  /// `a ~ b ~ c`
  record Concat(List<Expr> parts) implements Expr {}

  /// `a < b <= c`
  record Chain(Expr first, List<Link> links) implements Expr {}

  record Link(Relation relation, Expr right) {}

  /// `then if test else otherwise`
  record Conditional(Expr test, Expr then, Optional<Expr> otherwise) implements Expr {}

  /// The arguments of a call as written.
  ///
  /// @param more `*more`: further arguments without names
  /// @param moreNamed `**moreNamed`: further arguments with names
  record Given(
      List<Expr> positional,
      List<Keyword> keywords,
      Optional<Expr> more,
      Optional<Expr> moreNamed) {
    static final Given NOTHING = of(List.of());

    static Given of(List<Expr> positional) {
      return new Given(positional, List.of(), Optional.empty(), Optional.empty());
    }
  }

  record Keyword(String name, Expr value) {}
}
