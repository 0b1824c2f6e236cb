package neox.template;

import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.template.syntax.Statement;
import neox.template.syntax.StatementParser;
import neox.template.value.Dialect;
import neox.template.value.Value;

/// A template in the language of Jinja, which prints what Jinja on CPython prints.
///
/// What Jinja has and this engine has not is an error when the template is parsed or, for methods
/// of values and for names that only one of several ways needs, when it gets there; nothing is left
/// out silently. Autoescape is off, and so a string that `escape` has made is a plain string.
/// Immutable and safe to share between threads.
public final class Template {
  private final String name;
  private final Dialect dialect;
  private final List<Statement> statements;

  private Template(String name, Dialect dialect, List<Statement> statements) {
    this.name = name;
    this.dialect = dialect;
    this.statements = List.copyOf(statements);
  }

  /// Parses a template; [UserException] `name:line: …` when it cannot be.
  public static Template parse(String source, String name, Dialect dialect) {
    try {
      List<Statement> statements = StatementParser.parse(source, name, dialect);
      new NameCheck(name, dialect).check(statements);
      return new Template(name, dialect, statements);
    } catch (StackOverflowError e) {
      throw new UserException(name + ": nested too deeply", e);
    }
  }

  /// The text for the given names; [UserException] `name:line: …` when the template fails.
  public String render(Map<String, Value> names) {
    Map<String, Value> all = Functions.of(dialect);
    all.putAll(names);
    try {
      // What the template sets itself must not be seen as given.
      Scope scope = Scope.outermost(all).inner();
      return new Renderer(name, dialect, scope).render(statements, scope);
    } catch (StackOverflowError e) {
      throw new UserException(name + ": a macro or a loop calls itself too often", e);
    }
  }
}
