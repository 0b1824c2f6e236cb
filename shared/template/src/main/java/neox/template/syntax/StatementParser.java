package neox.template.syntax;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import neox.template.syntax.Statement.Parameter;
import neox.template.syntax.Statement.Target;
import neox.template.syntax.Token.Kind;
import neox.template.value.Dialect;
import neox.template.value.Dialect.Option;

/// Parses text and tags.
public final class StatementParser {
  private static final List<String> EXTRAS = List.of("caller", "varargs", "kwargs");

  private final Tokens tokens;
  private final ExpressionParser expressions;
  private final Dialect dialect;
  private final Set<String> blocks = new HashSet<>();
  private int loops;

  private StatementParser(Tokens tokens, Dialect dialect) {
    this.tokens = tokens;
    this.expressions = new ExpressionParser(tokens);
    this.dialect = dialect;
  }

  /// Parses a whole template; [neox.base.UserException] `name:line: …` when it is not one.
  ///
  /// @param name of the template, for messages
  public static List<Statement> parse(String source, String name, Dialect dialect) {
    Tokens tokens = new Tokens(Lexer.tokens(source, name, dialect), name);
    return new StatementParser(tokens, dialect).parseUntil(Set.of(), 0, "");
  }

  /// Statements up to a tag of one of the names, whose name is the current token then.
  private List<Statement> parseUntil(Set<String> ends, int openedAt, String opened) {
    List<Statement> body = new ArrayList<>();
    while (true) {
      Token token = tokens.next();
      switch (token.kind()) {
        case DATA -> body.add(new Statement.Data(token.text(), token.line()));
        case VARIABLE_BEGIN -> {
          body.add(new Statement.Print(expressions.parseTuple(), token.line()));
          tokens.expect(Kind.VARIABLE_END, "'}}'");
        }
        case BLOCK_BEGIN -> {
          if (ends.contains(tokens.current().text())) {
            return body;
          }
          body.add(parseTag());
          tokens.expect(Kind.BLOCK_END, "the end of the tag");
        }
        default -> {
          if (!ends.isEmpty()) {
            throw tokens.error(
                openedAt, "{% " + opened + " %} is never closed by {% end" + opened + " %}");
          }
          return body;
        }
      }
    }
  }

  /// The body of the tag that has been read up to its end, and the word of its closing tag.
  private List<Statement> parseBody(String tag, int line) {
    List<Statement> body = parseBody(Set.of("end" + tag), tag, line);
    tokens.next();
    return body;
  }

  private List<Statement> parseBody(Set<String> ends, String tag, int line) {
    tokens.expect(Kind.BLOCK_END, "the end of the tag");
    return parseUntil(ends, line, tag);
  }

  private Statement parseTag() {
    Token tag = tokens.expect(Kind.NAME, "the name of a tag");
    int line = tag.line();
    return switch (tag.text()) {
      case "if" -> parseIf(line);
      case "for" -> parseFor(line);
      case "set" -> parseSet(line);
      case "macro" -> parseMacro(line);
      case "call" -> parseCall(line);
      case "filter" -> {
        Expr value = expressions.parseFilterNames(new Expr.Name(Statement.CAPTURED));
        yield new Statement.FilterBlock(value, parseBody("filter", line), line);
      }
      case "with" -> parseWith(line);
      case "print" -> new Statement.Print(expressions.parseTuple(), line);
      case "block" -> parseBlock(line);
      case "autoescape" -> {
        Expr on = expressions.parse();
        yield new Statement.Autoescape(on, parseBody("autoescape", line), line);
      }
      case "include", "import", "from", "extends" -> parseLoad(tag);
      default -> parseChatTag(tag);
    };
  }

  private Statement parseChatTag(Token tag) {
    int line = tag.line();
    if (dialect.has(Option.CHAT_TAGS)) {
      switch (tag.text()) {
        case "generation" -> {
          // It marks what the assistant said, which matters to who asks for the marks.
          return new Statement.With(List.of(), parseBody("generation", line), line);
        }
        case "break" -> {
          return inLoop(new Statement.Break(line));
        }
        case "continue" -> {
          return inLoop(new Statement.Continue(line));
        }
        default -> {}
      }
    }
    throw tokens.error(line, "unknown tag '" + tag.text() + "'");
  }

  private Statement parseLoad(Token tag) {
    Expr template = expressions.parse();
    if (tag.text().equals("include")) {
      skipWords("ignore", "missing");
      skipWords("with", "context");
      skipWords("without", "context");
      return new Statement.Load(tag.text(), template, tag.line());
    }
    while (!tokens.atKind(Kind.BLOCK_END) && !tokens.atKind(Kind.END)) {
      tokens.next();
    }
    return new Statement.Load(tag.text(), template, tag.line());
  }

  private void skipWords(String word, String second) {
    if (tokens.atWords(word, second)) {
      tokens.next();
      tokens.next();
    }
  }

  private Statement parseBlock(int line) {
    Token name = tokens.expect(Kind.NAME, "the name of the block");
    if (!blocks.add(name.text())) {
      throw tokens.error(name.line(), "block '" + name.text() + "' defined twice");
    }
    boolean scoped = tokens.skipWord("scoped");
    List<Statement> body = parseOutsideLoops("block", line);
    tokens.skipWord(name.text());
    return new Statement.Block(scoped, body, line);
  }

  private Statement inLoop(Statement jump) {
    if (loops == 0) {
      throw tokens.error(jump.line(), "break and continue belong into a {% for %}");
    }
    return jump;
  }

  private Statement parseIf(int line) {
    List<Statement.Branch> branches = new ArrayList<>();
    Set<String> ends = Set.of("elif", "else", "endif");
    String end;
    do {
      Expr test = expressions.parseSequence();
      branches.add(new Statement.Branch(test, parseBody(ends, "if", line)));
      end = tokens.next().text();
    } while (end.equals("elif"));
    List<Statement> otherwise = end.equals("else") ? parseBody("if", line) : List.of();
    return new Statement.If(branches, otherwise, line);
  }

  private Statement parseFor(int line) {
    Target target = parseTarget();
    tokens.expectWord("in");
    Expr sequence = expressions.parseSequence();
    Optional<Expr> condition =
        tokens.skipWord("if") ? Optional.of(expressions.parse()) : Optional.empty();
    Statement.Repeat repeat =
        tokens.skipWord("recursive") ? Statement.Repeat.RECURSIVE : Statement.Repeat.ONCE;
    loops++;
    List<Statement> body = parseBody(Set.of("endfor", "else"), "for", line);
    loops--;
    boolean hasElse = tokens.next().text().equals("else");
    List<Statement> otherwise = hasElse ? parseBody("for", line) : List.of();
    return new Statement.For(target, sequence, condition, body, otherwise, repeat, line);
  }

  private Target parseTarget() {
    List<Target> targets = new ArrayList<>();
    boolean comma = false;
    while ((tokens.atKind(Kind.NAME) && !tokens.atWord("in")) || tokens.atOperator("(")) {
      targets.add(parseOneTarget());
      if (!tokens.skipOperator(",")) {
        break;
      }
      comma = true;
    }
    if (targets.isEmpty()) {
      throw tokens.unexpected("a name to assign to");
    }
    return comma ? new Statement.ToEach(targets) : targets.getFirst();
  }

  private Target parseOneTarget() {
    if (tokens.skipOperator("(")) {
      Target inner = parseTarget();
      tokens.expectOperator(")");
      return inner;
    }
    Token name = tokens.next();
    if (Set.of("true", "false", "none", "True", "False", "None").contains(name.text())) {
      throw tokens.error(name.line(), "cannot assign to '" + name.text() + "'");
    }
    return tokens.skipOperator(".")
        ? new Statement.ToAttribute(
            name.text(), tokens.expect(Kind.NAME, "the name of an attribute").text())
        : new Statement.ToName(name.text());
  }

  private Statement parseSet(int line) {
    Target target = parseTarget();
    if (tokens.skipOperator("=")) {
      return new Statement.Assign(target, expressions.parseTuple(), line);
    }
    Expr text = new Expr.Name(Statement.CAPTURED);
    Expr value = tokens.atOperator("|") ? expressions.parseFilterChain(text) : text;
    return new Statement.Capture(target, value, parseBody("set", line), line);
  }

  private Statement parseMacro(int line) {
    String name = tokens.expect(Kind.NAME, "the name of the macro").text();
    return new Statement.Macro(parseRoutine(name, parseParameters(), "macro", line), line);
  }

  private Statement.Routine parseRoutine(
      String name, List<Parameter> parameters, String tag, int line) {
    int from = tokens.position();
    List<Statement> body = parseOutsideLoops(tag, line);
    Set<String> extras = new HashSet<>(EXTRAS);
    extras.removeIf(extra -> !tokens.uses(extra, from));
    return new Statement.Routine(name, parameters, body, extras);
  }

  private List<Statement> parseOutsideLoops(String tag, int line) {
    int around = loops;
    loops = 0;
    List<Statement> body = parseBody(tag, line);
    loops = around;
    return body;
  }

  private Statement parseCall(int line) {
    List<Parameter> parameters = tokens.atOperator("(") ? parseParameters() : List.of();
    if (!(expressions.parse() instanceof Expr.Call call)) {
      throw tokens.error(line, "expected a call of a macro after 'call'");
    }
    return new Statement.CallBlock(call, parseRoutine("caller", parameters, "call", line), line);
  }

  private List<Parameter> parseParameters() {
    tokens.expectOperator("(");
    List<Parameter> parameters = new ArrayList<>();
    while (!tokens.skipOperator(")")) {
      if (!parameters.isEmpty()) {
        tokens.expectOperator(",");
      }
      Token name = tokens.expect(Kind.NAME, "the name of a parameter");
      Optional<Expr> fallback =
          tokens.skipOperator("=") ? Optional.of(expressions.parse()) : Optional.empty();
      boolean defaulted = !parameters.isEmpty() && parameters.getLast().fallback().isPresent();
      if (fallback.isEmpty() && defaulted) {
        throw tokens.error(
            name.line(), "the parameter '" + name.text() + "' follows one with a default");
      }
      parameters.add(new Parameter(name.text(), fallback));
    }
    return parameters;
  }

  private Statement parseWith(int line) {
    List<Statement.Assign> names = new ArrayList<>();
    while (!tokens.atKind(Kind.BLOCK_END)) {
      if (!names.isEmpty()) {
        tokens.expectOperator(",");
      }
      Target target = parseOneTarget();
      tokens.expectOperator("=");
      names.add(new Statement.Assign(target, expressions.parse(), line));
    }
    return new Statement.With(names, parseBody("with", line), line);
  }
}
