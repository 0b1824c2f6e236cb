package neox.template.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.base.UserException;
import neox.template.syntax.Expr.Given;
import neox.template.syntax.Expr.Keyword;

/// Parses the arguments of one call.
final class ArgumentsParser {
  private final Tokens tokens;
  private final ExpressionParser expressions;
  private final List<Expr> positional = new ArrayList<>();
  private final List<Keyword> keywords = new ArrayList<>();
  private Optional<Expr> more = Optional.empty();
  private Optional<Expr> moreNamed = Optional.empty();

  ArgumentsParser(Tokens tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  Given parse() {
    tokens.expectOperator("(");
    boolean first = true;
    while (!tokens.skipOperator(")")) {
      if (!first) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(")")) {
          break;
        }
      }
      parseArgument();
      first = false;
    }
    return new Given(positional, keywords, more, moreNamed);
  }

  private void parseArgument() {
    if (tokens.skipOperator("*")) {
      require(more.isEmpty() && moreNamed.isEmpty(), "a * follows another one, or a **");
      more = Optional.of(expressions.parse());
      return;
    }
    if (tokens.skipOperator("**")) {
      require(moreNamed.isEmpty(), "a ** follows another one");
      moreNamed = Optional.of(expressions.parse());
      return;
    }
    if (tokens.atNamed("=")) {
      String name = tokens.next().text();
      tokens.expectOperator("=");
      require(moreNamed.isEmpty(), "an argument with a name follows a **");
      boolean fresh = keywords.stream().noneMatch(keyword -> keyword.name().equals(name));
      require(fresh, "keyword argument repeated: " + name);
      keywords.add(new Keyword(name, expressions.parse()));
      return;
    }
    require(more.isEmpty() && moreNamed.isEmpty(), "an argument without a name follows a * or **");
    require(keywords.isEmpty(), "an argument without a name follows one with a name");
    positional.add(expressions.parse());
  }

  private void require(boolean holds, String problem) {
    if (!holds) {
      throw error(problem);
    }
  }

  private UserException error(String problem) {
    return tokens.error(tokens.current().line(), problem);
  }
}
