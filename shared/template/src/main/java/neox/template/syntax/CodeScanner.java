package neox.template.syntax;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.python.Escapes;
import neox.template.syntax.Token.Kind;

/// Reads one token of an expression.
final class CodeScanner {
  /// @param to where the next token starts
  record Found(Kind kind, String text, int to, Optional<String> problem) {
    Found(Kind kind, String text, int to) {
      this(kind, text, to, Optional.empty());
    }
  }

  private static final Pattern FLOAT =
      Pattern.compile(
          "(?<!\\.)(\\d+_)*\\d+((\\.(\\d+_)*\\d+)?e[+\\-]?(\\d+_)*\\d+|\\.(\\d+_)*\\d+)",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern INTEGER =
      Pattern.compile(
          "0b(_?[0-1])+|0o(_?[0-7])+|0x(_?[\\da-f])+|[1-9](_?\\d)*|0(_?0)*",
          Pattern.CASE_INSENSITIVE);
  private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{Nl}_][\\p{L}\\p{N}\\p{M}_]*");
  private static final Pattern STRING =
      Pattern.compile(
          "'([^'\\\\]*+(?:\\\\.[^'\\\\]*+)*+)'|\"([^\"\\\\]*+(?:\\\\.[^\"\\\\]*+)*+)\"",
          Pattern.DOTALL);
  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  /// The token at `at`, which is no white space.
  static Found scan(String source, int at) {
    Optional<Found> found =
        match(FLOAT, Kind.FLOAT, source, at)
            .or(() -> match(INTEGER, Kind.INTEGER, source, at))
            .or(() -> match(NAME, Kind.NAME, source, at))
            .or(() -> string(source, at))
            .or(() -> operator(source, at));
    return found.orElseGet(() -> unknown(source, at));
  }

  private static Optional<Found> match(Pattern pattern, Kind kind, String source, int at) {
    Matcher matcher =
        pattern.matcher(source).region(at, source.length()).useTransparentBounds(true);
    return matcher.lookingAt()
        ? Optional.of(new Found(kind, matcher.group(), matcher.end()))
        : Optional.empty();
  }

  private static Optional<Found> string(String source, int at) {
    return match(STRING, Kind.STRING, source, at)
        .map(found -> {
          String quoted = found.text();
          String raw = quoted.substring(1, quoted.length() - 1);
          try {
            return new Found(Kind.STRING, Escapes.decode(raw), found.to());
          } catch (IllegalArgumentException e) {
            return new Found(Kind.STRING, raw, found.to(), Optional.ofNullable(e.getMessage()));
          }
        });
  }

  private static Optional<Found> operator(String source, int at) {
    return OPERATORS.stream()
        .filter(operator -> source.startsWith(operator, at))
        .findFirst()
        .map(operator -> new Found(Kind.OPERATOR, operator, at + operator.length()));
  }

  private static Found unknown(String source, int at) {
    char c = source.charAt(at);
    String problem =
        c == '\'' || c == '"'
            ? "a string that starts with " + c + " is never closed"
            : String.format(
                Locale.ROOT,
                "unexpected character '%s'",
                Character.toString(source.codePointAt(at)));
    return new Found(Kind.OPERATOR, "", at, Optional.of(problem));
  }

  private CodeScanner() {}
}
