package neox.template.syntax;

import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A part of a template: text, or what one tag and its end enclose.
public sealed interface Statement {
  /// Where it starts, from 1.
  int line();

  /// Text that is printed as it stands.
  record Data(String text, int line) implements Statement {}

  /// `{{ value }}`
  record Print(Expr value, int line) implements Statement {}

  record If(List<Branch> branches, List<Statement> otherwise, int line) implements Statement {}

  /// One `if` or `elif`.
  record Branch(Expr test, List<Statement> body) {}

  /// `{% for target in sequence if condition %}body{% else %}otherwise{% endfor %}`
  ///
  /// @param otherwise what is done when there is nothing to go through
  record For(
      Target target,
      Expr sequence,
      Optional<Expr> condition,
      List<Statement> body,
      List<Statement> otherwise,
      Repeat repeat,
      int line)
      implements Statement {}

  /// Whether the loop may be called with a sequence of its own.
  enum Repeat {
    ONCE,
    RECURSIVE
  }

  /// `{% set target = value %}`
  record Assign(Target target, Expr value, int line) implements Statement {}

  /// `{% set target | filters %}body{% endset %}`
  ///
  /// @param value what becomes of the text, which has the name [#CAPTURED]
  record Capture(Target target, Expr value, List<Statement> body, int line) implements Statement {}

  /// `{% filter filters %}body{% endfilter %}`
  ///
  /// @param value what becomes of the text, which has the name [#CAPTURED]
  record FilterBlock(Expr value, List<Statement> body, int line) implements Statement {}

  record Macro(Routine routine, int line) implements Statement {}

  /// `{% call(parameters) call %}body{% endcall %}`
  record CallBlock(Expr.Call call, Routine routine, int line) implements Statement {}

  /// What can be called.
  ///
  /// @param extras which of `caller`, `varargs` and `kwargs` the body uses
  record Routine(
      String name, List<Parameter> parameters, List<Statement> body, Set<String> extras) {}

  record Parameter(String name, Optional<Expr> fallback) {}

  /// `{% with name = value %}body{% endwith %}`, or a body with names of its own.
  record With(List<Assign> names, List<Statement> body, int line) implements Statement {}

  /// `{% block name %}body{% endblock %}`, which sees what the template sets outside of loops.
  record Block(boolean scoped, List<Statement> body, int line) implements Statement {}

  /// `{% autoescape on %}body{% endautoescape %}`
  record Autoescape(Expr on, List<Statement> body, int line) implements Statement {}

  /// A tag that loads another template: there is none.
  record Load(String tag, Expr template, int line) implements Statement {}

  record Break(int line) implements Statement {}

  record Continue(int line) implements Statement {}

  /// What is assigned to.
  sealed interface Target {}

  record ToName(String name) implements Target {}

  /// `namespace.attribute`
  record ToAttribute(String namespace, String attribute) implements Target {}

  record ToEach(List<Target> targets) implements Target {}

  /// A name that no template can write.
  String CAPTURED = "(text)";
}
