package neox.template.syntax;

import java.util.List;
import neox.base.UserException;
import neox.template.syntax.Token.Kind;

/// The tokens of a template as the parser consumes them. Not thread-safe.
final class Tokens {
  private final List<Token> tokens;
  private final String name;
  private int at;

  Tokens(List<Token> tokens, String name) {
    this.tokens = tokens;
    this.name = name;
  }

  Token current() {
    return tokens.get(at);
  }

  Token next() {
    Token token = current();
    if (token.kind() != Kind.END) {
      at++;
    }
    return token;
  }

  boolean atKind(Kind kind) {
    return current().kind() == kind;
  }

  boolean atOperator(String operator) {
    return current().is(Kind.OPERATOR, operator);
  }

  boolean atWord(String word) {
    return current().is(Kind.NAME, word);
  }

  /// Whether `word` and `second` follow.
  boolean atWords(String word, String second) {
    return atWord(word) && tokens.get(at + 1).is(Kind.NAME, second);
  }

  /// Whether a name and an operator follow.
  boolean atNamed(String operator) {
    return atKind(Kind.NAME) && tokens.get(at + 1).is(Kind.OPERATOR, operator);
  }

  /// The number of the current token.
  int position() {
    return at;
  }

  /// Whether one of the tokens from there to the current one is this name, used as a variable.
  boolean uses(String variable, int from) {
    for (int i = from; i < at; i++) {
      Token before = tokens.get(Math.max(0, i - 1));
      boolean isPart = before.kind() == Kind.OPERATOR && ".|".contains(before.text());
      boolean isSet = tokens.get(i + 1).is(Kind.OPERATOR, "=");
      if (tokens.get(i).is(Kind.NAME, variable) && !isPart && !isSet) {
        return true;
      }
    }
    return false;
  }

  boolean skipOperator(String operator) {
    return skipIf(atOperator(operator));
  }

  boolean skipWord(String word) {
    return skipIf(atWord(word));
  }

  private boolean skipIf(boolean matches) {
    if (matches) {
      at++;
    }
    return matches;
  }

  void expectOperator(String operator) {
    if (!skipOperator(operator)) {
      throw unexpected("'" + operator + "'");
    }
  }

  void expectWord(String word) {
    if (!skipWord(word)) {
      throw unexpected("'" + word + "'");
    }
  }

  Token expect(Kind kind, String expected) {
    if (!atKind(kind)) {
      throw unexpected(expected);
    }
    return next();
  }

  UserException unexpected(String expected) {
    return error(current().line(), "expected " + expected + ", found " + current().described());
  }

  UserException error(int line, String problem) {
    return new UserException(name + ":" + line + ": " + problem);
  }
}
