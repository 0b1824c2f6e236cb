package neox.template.syntax;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import neox.template.value.Operator;
import neox.template.value.Relation;
import neox.template.value.Value;

/// An expression.
public sealed interface Expr {
  /// What it is made of, in the order in which Jinja computes it.
  default List<Expr> parts() {
    return switch (this) {
      case Literal literal -> List.of();
      case Name name -> List.of();
      case ListOf list -> list.items();
      case TupleOf tuple -> tuple.items();
      case DictOf dict ->
          dict.entries().stream().flatMap(e -> Stream.of(e.key(), e.value())).toList();
      case Attribute attribute -> List.of(attribute.target());
      case Item item -> List.of(item.target(), item.key());
      case Slice slice ->
          Stream.of(Optional.of(slice.target()), slice.start(), slice.stop(), slice.step())
              .flatMap(Optional::stream)
              .toList();
      case Call call -> call.given().after(call.callee());
      case Filtered filtered -> filtered.given().after(filtered.subject());
      case Tested tested -> tested.given().after(tested.subject());
      case Not not -> List.of(not.operand());
      case Minus minus -> List.of(minus.operand());
      case Plus plus -> List.of(plus.operand());
      case Binary binary -> List.of(binary.left(), binary.right());
      case And and -> List.of(and.left(), and.right());
      case Or or -> List.of(or.left(), or.right());
      case Concat concat -> concat.parts();
      case Chain chain ->
          Stream.concat(Stream.of(chain.first()), chain.links().stream().map(Link::right)).toList();
      case Conditional choice ->
          Stream.concat(Stream.of(choice.test(), choice.then()), choice.otherwise().stream())
              .toList();
    };
  }

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
  ///
  /// @param name may have dots
  record Filtered(Expr subject, String name, Given given, int line) implements Expr {}

  /// `subject is name(…)`
  ///
  /// @param name may have dots
  record Tested(Expr subject, String name, Given given, int line) implements Expr {}

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

    private List<Expr> after(Expr first) {
      Stream<Expr> named = keywords.stream().map(Keyword::value);
      Stream<Expr> rest = Stream.concat(more.stream(), moreNamed.stream());
      return Stream.of(Stream.of(first), positional.stream(), named, rest)
          .flatMap(part -> part)
          .toList();
    }

    static Given of(List<Expr> positional) {
      return new Given(positional, List.of(), Optional.empty(), Optional.empty());
    }
  }

  record Keyword(String name, Expr value) {}
}
