package neox.tokenizer.regex;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import neox.tokenizer.regex.Node.Anchor;
import neox.tokenizer.regex.Node.Greed;
import neox.tokenizer.text.CharacterSets;
import neox.tokenizer.text.CodePoints;

/// Reads a regular expression of Oniguruma. What would mean something else than it seems to, or
/// what no tokenizer is known to use, is refused.
final class RegexParser {
  /// A longer expression is none of a tokenizer's.
  private static final int MAX_LENGTH = 20_000;

  private static final int MAX_SIZE = 20_000;
  private static final int MAX_DEPTH = 50;
  private static final int MAX_TIMES = 1000;
  private static final CodePoints LINE_FEED = CodePoints.range('\n', '\n');

  private final String pattern;
  private final Map<String, CodePoints> properties = new HashMap<>();
  private int at;
  private int depth;
  private boolean ignoresCase;

  /// Says what of an expression is not understood.
  static final class Unsupported extends Exception {
    private static final long serialVersionUID = 1;

    Unsupported(String message) {
      super(message);
    }
  }

  private RegexParser(String pattern) {
    this.pattern = pattern;
  }

  static Node parse(String pattern) throws Unsupported {
    if (pattern.length() > MAX_LENGTH) {
      throw new Unsupported("an expression of " + pattern.length() + " characters");
    }
    RegexParser parser = new RegexParser(pattern);
    Node node = parser.choice();
    if (parser.at < pattern.length()) {
      throw new Unsupported("a \")\" without its \"(\"");
    }
    if (node.mayBeEmpty()) {
      throw new Unsupported("an expression that matches the empty text");
    }
    if (node.size() > MAX_SIZE) {
      throw new Unsupported("more than " + MAX_SIZE + " parts when it is written out");
    }
    return node;
  }

  private Node choice() throws Unsupported {
    if (++depth > MAX_DEPTH) {
      throw new Unsupported("groups more than " + MAX_DEPTH + " deep");
    }
    List<Node> parts = new ArrayList<>();
    do {
      parts.add(sequence());
    } while (take("|"));
    depth--;
    return parts.size() == 1 ? parts.getFirst() : new Node.Choice(parts);
  }

  private Node sequence() throws Unsupported {
    List<Node> parts = new ArrayList<>();
    int previous = -1;
    while (at < pattern.length() && pattern.charAt(at) != '|' && pattern.charAt(at) != ')') {
      int start = at;
      Node atom = atom();
      if (ignoresCase) {
        previous = refuseFoldedPair(previous, start);
      }
      parts.add(repeated(atom));
    }
    return parts.size() == 1 ? parts.getFirst() : new Node.Sequence(parts);
  }

  /// Letters that fold into one: `(?i:ss)` would match `ß`.
  private int refuseFoldedPair(int previous, int start) throws Unsupported {
    int letter = at == start + 1 ? Character.toLowerCase(pattern.charAt(start)) : -1;
    for (String pair : List.of("ss", "st", "ff", "fi", "fl")) {
      if (previous == pair.charAt(0) && letter == pair.charAt(1)) {
        throw new Unsupported("\"" + pair + "\" with (?i:…)");
      }
    }
    return letter;
  }

  private Node repeated(Node atom) throws Unsupported {
    int min;
    int max = Node.UNLIMITED;
    boolean counted = false;
    if (take("*")) {
      min = 0;
    } else if (take("+")) {
      min = 1;
    } else if (take("?")) {
      min = 0;
      max = 1;
    } else if (peek('{')) {
      at++;
      counted = true;
      min = number();
      max = min;
      if (take(",")) {
        max = peek('}') ? Node.UNLIMITED : number();
      }
      if (!take("}") || max < min) {
        throw new Unsupported("\"{\" that begins no number of times");
      }
    } else {
      return atom;
    }
    if (atom.mayBeEmpty()) {
      throw new Unsupported("a repeated part that may be empty");
    }
    Node.Repeat repeat = new Node.Repeat(atom, min, max, greed(counted, min == max));
    if (peek('*') || peek('+') || peek('?') || peek('{')) {
      throw new Unsupported("a repetition of a repetition");
    }
    return repeat;
  }

  /// In Oniguruma `{2,3}+` is no possessive repetition, and `{2}?` no lazy one.
  private Greed greed(boolean counted, boolean exact) throws Unsupported {
    if ((peek('+') && counted) || (peek('?') && exact)) {
      throw new Unsupported("\"" + pattern.charAt(at) + "\" after a number of times");
    }
    if (take("?")) {
      return Greed.LAZY;
    }
    return take("+") ? Greed.POSSESSIVE : Greed.GREEDY;
  }

  private int number() throws Unsupported {
    int start = at;
    while (at < pattern.length() && isDigit(pattern.charAt(at))) {
      at++;
    }
    if (at == start
        || at - start > 4
        || Integer.parseInt(pattern.substring(start, at)) > MAX_TIMES) {
      throw new Unsupported("a number of times that is none from 0 to " + MAX_TIMES);
    }
    return Integer.parseInt(pattern.substring(start, at));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private Node atom() throws Unsupported {
    int c = next();
    return switch (c) {
      case '(' -> group();
      case '[' -> new Node.OneOf(characterClass());
      case '.' -> new Node.OneOf(LINE_FEED.not());
      case '^' -> Anchor.LINE_START;
      case '$' -> Anchor.LINE_END;
      case '\\' -> escape();
      case '*', '+', '?', '{', '}', ']' ->
          throw new Unsupported("\"" + (char) c + "\" that belongs to nothing");
      default -> new Node.OneOf(single(c));
    };
  }

  private Node group() throws Unsupported {
    boolean outer = ignoresCase;
    Node group;
    if (take("?:") || (!peek('?') && !peek('*'))) {
      group = choice();
    } else if (take("?i:")) {
      ignoresCase = true;
      group = choice();
    } else if (take("?>")) {
      group = new Node.Atomic(choice());
    } else if (take("?=")) {
      group = new Node.Ahead(choice(), true);
    } else if (take("?!")) {
      group = new Node.Ahead(choice(), false);
    } else if (take("?<=")) {
      group = behind(true);
    } else if (take("?<!")) {
      group = behind(false);
    } else {
      throw new Unsupported("a group that begins \"(" + excerpt() + "\"");
    }
    if (!take(")")) {
      throw new Unsupported("a \"(\" without its \")\"");
    }
    ignoresCase = outer;
    return group;
  }

  private Node behind(boolean wanted) throws Unsupported {
    Node body = choice();
    if (body instanceof Node.OneOf one) {
      return new Node.Behind(one.set(), wanted);
    }
    throw new Unsupported("a look behind at more than one character");
  }

  private Node escape() throws Unsupported {
    if (at == pattern.length()) {
      throw new Unsupported("\"\\\" at the end");
    }
    return switch (pattern.charAt(at)) {
      case 'A' -> anchor(Anchor.TEXT_START);
      case 'z' -> anchor(Anchor.TEXT_END);
      case 'Z' -> anchor(Anchor.TEXT_END_OR_LAST_LINE_FEED);
      case 'b' -> anchor(Anchor.WORD_EDGE);
      case 'B' -> anchor(Anchor.NO_WORD_EDGE);
      default -> new Node.OneOf(escapedSet(CharacterSets.ONIGURUMA_WORD));
    };
  }

  private Anchor anchor(Anchor anchor) {
    at++;
    return anchor;
  }

  /// What stands behind a backslash, in a class or outside.
  ///
  /// @param word what `\w` means there
  private CodePoints escapedSet(CodePoints word) throws Unsupported {
    int c = next();
    return switch (c) {
      case 's' -> CharacterSets.SPACE;
      case 'S' -> CharacterSets.SPACE.not();
      case 'w' -> word;
      case 'W' -> word.not();
      case 'd' -> property("Nd");
      case 'D' -> property("Nd").not();
      case 'p' -> named();
      case 'P' -> named().not();
      default -> single(escaped(c));
    };
  }

  private int escaped(int c) throws Unsupported {
    return switch (c) {
      case 't' -> '\t';
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 'f' -> '\f';
      case 'v' -> 0x0B;
      case 'a' -> 0x07;
      case 'e' -> 0x1B;
      case 'x' -> take("{") ? hexadecimal(1, 6, "}") : ascii(hexadecimal(2, 2, ""));
      case 'u' -> hexadecimal(4, 4, "");
      default -> {
        if (c < 0x80 && Character.isLetterOrDigit(c)) {
          throw new Unsupported("\"\\" + (char) c + "\"");
        }
        yield c;
      }
    };
  }

  private static int ascii(int c) throws Unsupported {
    if (c >= 0x80) {
      throw new Unsupported("\"\\x\" with a byte that is no character");
    }
    return c;
  }

  private int hexadecimal(int min, int max, String end) throws Unsupported {
    int start = at;
    while (at < pattern.length()
        && at - start < max
        && Character.digit(pattern.charAt(at), 16) >= 0) {
      at++;
    }
    if (at - start >= min && take(end)) {
      int c = Integer.parseInt(pattern.substring(start, at - end.length()), 16);
      if (Character.isValidCodePoint(c)
          && (c < Character.MIN_SURROGATE || c > Character.MAX_SURROGATE)) {
        return c;
      }
    }
    throw new Unsupported("a character's number that is none");
  }

  private CodePoints named() throws Unsupported {
    int end = pattern.indexOf('}', at);
    if (!take("{") || end < 0) {
      throw new Unsupported("\"\\p\" without \"{…}\"");
    }
    String name = pattern.substring(at, end);
    at = end + 1;
    return property(name);
  }

  private CodePoints property(String name) throws Unsupported {
    if (ignoresCase) {
      throw new Unsupported("a class of characters with (?i:…)");
    }
    CodePoints known = properties.get(name);
    if (known == null) {
      known = CharacterProperty.of(name).orElseThrow(() -> new Unsupported("\\p{" + name + "}"));
      properties.put(name, known);
    }
    return known;
  }

  /// The class after its `[`.
  private CodePoints characterClass() throws Unsupported {
    if (++depth > MAX_DEPTH) {
      throw new Unsupported("classes more than " + MAX_DEPTH + " deep");
    }
    boolean inverted = take("^");
    if (inverted && ignoresCase) {
      throw new Unsupported("\"[^\" with (?i:…)");
    }
    CodePoints all = members();
    while (take("&&")) {
      all = all.and(members());
    }
    if (!take("]")) {
      throw new Unsupported("a \"[\" without its \"]\"");
    }
    depth--;
    return inverted ? all.not() : all;
  }

  /// The members up to `]` or `&&`.
  private CodePoints members() throws Unsupported {
    List<CodePoints> sets = new ArrayList<>();
    while (at < pattern.length() && !peek(']') && !pattern.startsWith("&&", at)) {
      sets.add(member());
    }
    if (sets.isEmpty()) {
      throw new Unsupported("an empty class");
    }
    return CodePoints.union(sets);
  }

  private CodePoints member() throws Unsupported {
    int c = next();
    if (c == '[') {
      if (peek(':')) {
        throw new Unsupported("\"[:\" in a class");
      }
      return characterClass();
    }
    if (c == '\\' && at < pattern.length() && "sSwWdDpP".indexOf(pattern.charAt(at)) >= 0) {
      CodePoints set = escapedSet(CharacterSets.WORD_PART);
      if (peek('-') && !pattern.startsWith("-]", at)) {
        throw new Unsupported("a range that begins with a class");
      }
      return set;
    }
    int first = c == '\\' ? escaped(next()) : c;
    if (!peek('-') || pattern.startsWith("-]", at)) {
      return single(first);
    }
    at++;
    int end = next();
    if (end == '[' || pattern.startsWith("&&", at - 1)) {
      throw new Unsupported("\"-\" before a class in a class");
    }
    int last = end == '\\' ? escaped(next()) : end;
    if (last < first) {
      throw new Unsupported("a range that runs backwards");
    }
    return folded(CodePoints.range(first, last));
  }

  private CodePoints single(int c) throws Unsupported {
    return folded(CodePoints.range(c, c));
  }

  /// With `(?i:…)`, the other cases of ASCII letters, and the two characters beyond that fold to
  /// one: the long s and the sign of Kelvin.
  private CodePoints folded(CodePoints set) throws Unsupported {
    if (!ignoresCase) {
      return set;
    }
    if (!set.isAscii()) {
      throw new Unsupported("a letter outside ASCII with (?i:…)");
    }
    List<CodePoints> all = new ArrayList<>(List.of(set));
    for (int c = 'a'; c <= 'z'; c++) {
      int upper = Character.toUpperCase(c);
      if (set.contains(c) || set.contains(upper)) {
        all.add(CodePoints.range(c, c));
        all.add(CodePoints.range(upper, upper));
        int other = c == 's' ? 0x17F : c == 'k' ? 0x212A : c;
        all.add(CodePoints.range(other, other));
      }
    }
    return CodePoints.union(all);
  }

  private int next() throws Unsupported {
    if (at == pattern.length()) {
      throw new Unsupported("an end where more was begun");
    }
    int c = pattern.codePointAt(at);
    at += Character.charCount(c);
    return c;
  }

  private boolean peek(char c) {
    return at < pattern.length() && pattern.charAt(at) == c;
  }

  private boolean take(String text) {
    if (!pattern.startsWith(text, at)) {
      return false;
    }
    at += text.length();
    return true;
  }

  private String excerpt() {
    return pattern.substring(at, Math.min(pattern.length(), at + 3));
  }
}
