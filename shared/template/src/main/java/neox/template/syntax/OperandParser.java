package neox.template.syntax;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import neox.template.syntax.Token.Kind;
import neox.template.value.Value;

/// Parses what operators join: names, literals, brackets, and the attributes, items and calls of
/// them.
final class OperandParser {
  private final Tokens tokens;
  private final ExpressionParser expressions;

  OperandParser(Tokens tokens, ExpressionParser expressions) {
    this.tokens = tokens;
    this.expressions = expressions;
  }

  /// A signed operand with what follows its name: attributes, items and calls.
  Expr parseUnary() {
    if (tokens.skipOperator("-")) {
      return parsePostfix(new Expr.Minus(parseUnary()));
    }
    if (tokens.skipOperator("+")) {
      return parsePostfix(new Expr.Plus(parseUnary()));
    }
    return parsePostfix(parsePrimary());
  }

  Expr parsePrimary() {
    Token token = tokens.current();
    return switch (token.kind()) {
      case NAME -> name(tokens.next().text());
      case STRING -> strings();
      case INTEGER -> new Expr.Literal(integer(tokens.next().text()));
      case FLOAT ->
          new Expr.Literal(
              new Value.Real(Double.parseDouble(tokens.next().text().replace("_", ""))));
      case OPERATOR -> bracketed(token.text());
      default -> throw tokens.unexpected("an expression");
    };
  }

  private static Expr name(String name) {
    return switch (name) {
      case "true", "True" -> new Expr.Literal(Value.Bool.TRUE);
      case "false", "False" -> new Expr.Literal(Value.Bool.FALSE);
      case "none", "None" -> new Expr.Literal(Value.None.NONE);
      default -> new Expr.Name(name);
    };
  }

  private Expr strings() {
    StringBuilder text = new StringBuilder();
    while (tokens.atKind(Kind.STRING)) {
      text.append(tokens.next().text());
    }
    return new Expr.Literal(new Value.Text(text.toString()));
  }

  private static Value integer(String spelling) {
    String digits = spelling.replace("_", "").toLowerCase(Locale.ROOT);
    if (digits.length() > 2 && digits.charAt(0) == '0' && Character.isLetter(digits.charAt(1))) {
      int radix =
          switch (digits.charAt(1)) {
            case 'b' -> 2;
            case 'o' -> 8;
            default -> 16;
          };
      return new Value.Int(new BigInteger(digits.substring(2), radix));
    }
    return new Value.Int(new BigInteger(digits));
  }

  private Expr bracketed(String open) {
    return switch (open) {
      case "(" -> {
        tokens.next();
        Expr inner = expressions.parseInParentheses();
        tokens.expectOperator(")");
        yield inner;
      }
      case "[" -> {
        tokens.next();
        yield new Expr.ListOf(parseList("]"));
      }
      case "{" -> {
        tokens.next();
        yield parseDict();
      }
      default -> throw tokens.unexpected("an expression");
    };
  }

  private List<Expr> parseList(String close) {
    List<Expr> items = new ArrayList<>();
    while (!tokens.skipOperator(close)) {
      if (!items.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator(close)) {
          break;
        }
      }
      items.add(expressions.parse());
    }
    return items;
  }

  private Expr parseDict() {
    List<Expr.Entry> entries = new ArrayList<>();
    while (!tokens.skipOperator("}")) {
      if (!entries.isEmpty()) {
        tokens.expectOperator(",");
        if (tokens.skipOperator("}")) {
          break;
        }
      }
      Expr key = expressions.parse();
      tokens.expectOperator(":");
      entries.add(new Expr.Entry(key, expressions.parse()));
    }
    return new Expr.DictOf(entries);
  }

  Expr parsePostfix(Expr value) {
    while (true) {
      if (tokens.skipOperator(".")) {
        value = parseAttribute(value);
      } else if (tokens.skipOperator("[")) {
        value = parseSubscript(value);
      } else if (tokens.atOperator("(")) {
        value = new Expr.Call(value, expressions.parseGiven());
      } else {
        return value;
      }
    }
  }

  private Expr parseAttribute(Expr target) {
    if (tokens.atKind(Kind.INTEGER)) {
      return new Expr.Item(target, new Expr.Literal(integer(tokens.next().text())));
    }
    return new Expr.Attribute(target, tokens.expect(Kind.NAME, "a name or a number").text());
  }

  private Expr parseSubscript(Expr target) {
    if (tokens.skipOperator("]")) {
      return new Expr.Item(target, new Expr.TupleOf(List.of()));
    }
    Optional<Expr> start =
        tokens.atOperator(":") ? Optional.empty() : Optional.of(expressions.parse());
    if (!tokens.skipOperator(":")) {
      Expr key = start.orElseThrow();
      if (tokens.atOperator(",")) {
        List<Expr> keys = new ArrayList<>(List.of(key));
        while (tokens.skipOperator(",")) {
          keys.add(expressions.parse());
        }
        key = new Expr.TupleOf(keys);
      }
      tokens.expectOperator("]");
      return new Expr.Item(target, key);
    }
    Optional<Expr> stop = parseBound();
    Optional<Expr> step = tokens.skipOperator(":") ? parseBound() : Optional.empty();
    tokens.expectOperator("]");
    return new Expr.Slice(target, start, stop, step);
  }

  private Optional<Expr> parseBound() {
    boolean absent = tokens.atOperator(":") || tokens.atOperator("]");
    return absent ? Optional.empty() : Optional.of(expressions.parse());
  }
}
