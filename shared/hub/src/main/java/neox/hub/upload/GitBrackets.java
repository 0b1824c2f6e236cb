package neox.hub.upload;

import java.util.Map;
import java.util.function.IntPredicate;

/// Whether one character is among those that stand in brackets in a [GitPattern]: `[a-z_]`, `[!a]`,
/// `[[:space:]]`.
final class GitBrackets {
  private static final Map<String, IntPredicate> CLASSES =
      Map.ofEntries(
          Map.entry("alnum", c -> isLetter(c) || isDigit(c)),
          Map.entry("alpha", GitBrackets::isLetter),
          Map.entry("blank", c -> c == ' ' || c == '\t'),
          Map.entry("cntrl", c -> c < ' ' || c == 0x7f),
          Map.entry("digit", GitBrackets::isDigit),
          Map.entry("graph", c -> c > ' ' && c < 0x7f),
          Map.entry("lower", c -> c >= 'a' && c <= 'z'),
          Map.entry("print", c -> c >= ' ' && c < 0x7f),
          Map.entry("punct", c -> c > ' ' && c < 0x7f && !isLetter(c) && !isDigit(c)),
          Map.entry("space", c -> c == ' ' || (c >= '\t' && c <= '\r')),
          Map.entry("upper", c -> c >= 'A' && c <= 'Z'),
          Map.entry("xdigit", c -> isDigit(c) || "abcdefABCDEF".indexOf(c) >= 0));

  private final String glob;
  private final char wanted;
  private boolean found;

  /// Before the next character of the pattern, which may be the end of a range.
  private int previous;

  private int at;

  GitBrackets(String glob, char wanted) {
    this.glob = glob;
    this.wanted = wanted;
  }

  private static boolean isLetter(int c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }

  /// Where the pattern goes on behind the brackets that open at `begin`; -1 when the character is
  /// not among theirs, or when they are not closed.
  int after(int begin) {
    at = begin + 1;
    boolean negated = at < glob.length() && "!^".indexOf(glob.charAt(at)) >= 0;
    if (negated) {
      at++;
    }
    boolean first = true;
    while (at < glob.length()) {
      if (glob.charAt(at) == ']' && !first) {
        return found != negated && wanted != '/' ? at + 1 : -1;
      }
      first = false;
      if (!member()) {
        return -1;
      }
    }
    return -1;
  }

  /// Takes a character, a range or a class; false where it is cut short or unknown.
  private boolean member() {
    char c = glob.charAt(at);
    if (c == '-' && previous != 0 && at + 1 < glob.length() && glob.charAt(at + 1) != ']') {
      at++;
      int last = literal();
      found |= wanted >= previous && wanted <= last;
      previous = 0;
      return last >= 0;
    }
    int close = glob.startsWith("[:", at) ? glob.indexOf(']', at + 2) : -1;
    if (glob.startsWith("[:", at) && close < 0) {
      return false;
    }
    if (close > at + 2 && glob.charAt(close - 1) == ':') {
      IntPredicate named = CLASSES.get(glob.substring(at + 2, close - 1));
      found |= named != null && named.test(wanted);
      previous = 0;
      at = close + 1;
      return named != null;
    }
    previous = literal();
    found |= wanted == previous;
    return previous >= 0;
  }

  /// The next character, a backslash before it taken off; -1 when there is none.
  private int literal() {
    if (glob.charAt(at) == '\\') {
      at++;
    }
    return at < glob.length() ? glob.charAt(at++) : -1;
  }
}
