package neox.template.syntax;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import neox.template.syntax.Expr.Given;
import neox.template.syntax.Token.Kind;
import neox.template.value.Operator;
import neox.template.value.Relation;

/// Parses expressions by recursive descent, with Jinja's precedence: conditional, `or`, `and`,
/// `not`, comparison, `+ -`, `~`, `* / // %`, `**`, sign, filter and test.
final class ExpressionParser {
  private static final Set<String> ENDS_TEST = Set.of("else", "or", "and", "is");
  private static final Set<Kind> STARTS_ARGUMENT =
      Set.of(Kind.NAME, Kind.STRING, Kind.INTEGER, Kind.FLOAT);

  private final Tokens tokens;
  private final OperandParser operands;

  ExpressionParser(Tokens tokens) {
    this.tokens = tokens;
    this.operands = new OperandParser(tokens, this);
  }

  Expr parse() {
    Expr value = parseOr();
    while (tokens.skipWord("if")) {
      Expr test = parseOr();
      Optional<Expr> otherwise = tokens.skipWord("else") ? Optional.of(parse()) : Optional.empty();
      value = new Expr.Conditional(test, value, otherwise);
    }
    return value;
  }

  /// One expression, or several separated by commas, which make a tuple.
  Expr parseTuple() {
    requireItem();
    return parseItems(this::parse, "");
  }

  /// As [#parseTuple], or nothing, which makes an empty tuple.
  Expr parseInParentheses() {
    return parseItems(this::parse, "");
  }

  /// As [#parseTuple] in a tag to which an `if` and a `recursive` belong.
  Expr parseSequence() {
    requireItem();
    return parseItems(this::parseOr, "recursive");
  }

  private void requireItem() {
    if (atTupleEnd()) {
      throw tokens.unexpected("an expression");
    }
  }

  private Expr parseItems(Supplier<Expr> item, String end) {
    List<Expr> items = new ArrayList<>();
    boolean comma = false;
    while (!atTupleEnd() && !tokens.atWord(end)) {
      items.add(item.get());
      if (!tokens.skipOperator(",")) {
        break;
      }
      comma = true;
    }
    return comma || items.isEmpty() ? new Expr.TupleOf(items) : items.getFirst();
  }

  private boolean atTupleEnd() {
    return tokens.atKind(Kind.VARIABLE_END)
        || tokens.atKind(Kind.BLOCK_END)
        || tokens.atOperator(")");
  }

  private Expr parseOr() {
    Expr left = parseAnd();
    while (tokens.skipWord("or")) {
      left = new Expr.Or(left, parseAnd());
    }
    return left;
  }

  private Expr parseAnd() {
    Expr left = parseNot();
    while (tokens.skipWord("and")) {
      left = new Expr.And(left, parseNot());
    }
    return left;
  }

  private Expr parseNot() {
    return tokens.skipWord("not") ? new Expr.Not(parseNot()) : parseComparison();
  }

  private Expr parseComparison() {
    Expr first = parseSum();
    List<Expr.Link> links = new ArrayList<>();
    for (Optional<Relation> r = relation(); r.isPresent(); r = relation()) {
      links.add(new Expr.Link(r.get(), parseSum()));
    }
    return links.isEmpty() ? first : new Expr.Chain(first, links);
  }

  private Optional<Relation> relation() {
    if (tokens.skipWord("in")) {
      return Optional.of(Relation.IN);
    }
    if (tokens.atWords("not", "in")) {
      tokens.next();
      tokens.next();
      return Optional.of(Relation.NOT_IN);
    }
    if (!tokens.atKind(Kind.OPERATOR)) {
      return Optional.empty();
    }
    Optional<Relation> relation =
        switch (tokens.current().text()) {
          case "==" -> Optional.of(Relation.EQUAL);
          case "!=" -> Optional.of(Relation.NOT_EQUAL);
          case "<" -> Optional.of(Relation.LESS);
          case "<=" -> Optional.of(Relation.LESS_OR_EQUAL);
          case ">" -> Optional.of(Relation.GREATER);
          case ">=" -> Optional.of(Relation.GREATER_OR_EQUAL);
          default -> Optional.empty();
        };
    relation.ifPresent(r -> tokens.next());
    return relation;
  }

  private Expr parseSum() {
    Expr left = parseConcat();
    while (true) {
      if (tokens.skipOperator("+")) {
        left = new Expr.Binary(Operator.ADD, left, parseConcat());
      } else if (tokens.skipOperator("-")) {
        left = new Expr.Binary(Operator.SUBTRACT, left, parseConcat());
      } else {
        return left;
      }
    }
  }

  private Expr parseConcat() {
    List<Expr> parts = new ArrayList<>(List.of(parseProduct()));
    while (tokens.skipOperator("~")) {
      parts.add(parseProduct());
    }
    return parts.size() == 1 ? parts.getFirst() : new Expr.Concat(parts);
  }

  private Expr parseProduct() {
    Expr left = parsePower();
    while (true) {
      if (tokens.skipOperator("*")) {
        left = new Expr.Binary(Operator.MULTIPLY, left, parsePower());
      } else if (tokens.skipOperator("/")) {
        left = new Expr.Binary(Operator.DIVIDE, left, parsePower());
      } else if (tokens.skipOperator("//")) {
        left = new Expr.Binary(Operator.FLOOR_DIVIDE, left, parsePower());
      } else if (tokens.skipOperator("%")) {
        left = new Expr.Binary(Operator.REMAINDER, left, parsePower());
      } else {
        return left;
      }
    }
  }

  /// Jinja's power groups to the left, unlike Python's.
  private Expr parsePower() {
    Expr left = parseFilteredUnary();
    while (tokens.skipOperator("**")) {
      left = new Expr.Binary(Operator.POWER, left, parseFilteredUnary());
    }
    return left;
  }

  private Expr parseFilteredUnary() {
    return parseFilters(operands.parseUnary());
  }

  /// Filters, tests and calls after an operand.
  private Expr parseFilters(Expr value) {
    while (true) {
      if (tokens.atOperator("|")) {
        value = parseFilterChain(value);
      } else if (tokens.skipWord("is")) {
        value = parseTest(value);
      } else if (tokens.atOperator("(")) {
        value = new Expr.Call(value, parseGiven());
      } else {
        return value;
      }
    }
  }

  /// `|name(…)|name…`, applied to `value`.
  Expr parseFilterChain(Expr value) {
    tokens.skipOperator("|");
    return parseFilterNames(value);
  }

  /// The same without the first bar.
  Expr parseFilterNames(Expr value) {
    Expr filtered = value;
    do {
      int line = tokens.current().line();
      String name = parseDottedName("the name of a filter");
      filtered = new Expr.Filtered(filtered, name, parseOptionalGiven(), line);
    } while (tokens.skipOperator("|"));
    return filtered;
  }

  private Given parseOptionalGiven() {
    return tokens.atOperator("(") ? parseGiven() : Given.NOTHING;
  }

  private Expr parseTest(Expr subject) {
    boolean negated = tokens.skipWord("not");
    int line = tokens.current().line();
    String name = parseDottedName("the name of a test");
    Expr tested = new Expr.Tested(subject, name, parseTestGiven(), line);
    return negated ? new Expr.Not(tested) : tested;
  }

  /// Dots belong to the name of a filter or a test: `xs|first.role` names a filter `first.role`.
  private String parseDottedName(String expected) {
    StringBuilder name = new StringBuilder(tokens.expect(Kind.NAME, expected).text());
    while (tokens.skipOperator(".")) {
      name.append('.').append(tokens.expect(Kind.NAME, expected).text());
    }
    return name.toString();
  }

  private Given parseTestGiven() {
    if (tokens.atOperator("(")) {
      return parseGiven();
    }
    boolean bracket = tokens.atOperator("[") || tokens.atOperator("{");
    boolean word = tokens.atKind(Kind.NAME) && ENDS_TEST.contains(tokens.current().text());
    if (!bracket && (word || !STARTS_ARGUMENT.contains(tokens.current().kind()))) {
      return Given.NOTHING;
    }
    return Given.of(List.of(operands.parsePostfix(operands.parsePrimary())));
  }

  Given parseGiven() {
    return new ArgumentsParser(tokens, this).parse();
  }
}
