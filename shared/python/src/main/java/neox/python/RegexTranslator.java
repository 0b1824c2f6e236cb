package neox.python;

import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/// Rewrites a regular expression of Python's for Java's engine.
final class RegexTranslator {
  /// What Python takes for letters, digits and white space, as the inside of a character class.
  private static final String WORD = "\\p{L}\\p{N}_";

  private static final String SPACE = "\\p{IsWhite_Space}\\x1c-\\x1f";
  private static final Pattern NAMED = Pattern.compile("\\(\\?P<(\\w+)>");
  private static final Pattern NAMED_AGAIN = Pattern.compile("\\(\\?P=(\\w+)\\)");
  private static final Pattern COMMENT = Pattern.compile("\\(\\?#[^)]*\\)");
  private static final Pattern FLAGS = Pattern.compile("\\(\\?([a-zA-Z]*)(-[a-zA-Z]+)?([:)])");
  private static final Pattern REPETITION = Pattern.compile("\\{(\\d*)(,?)(\\d*)\\}");
  private static final Pattern OCTAL = Pattern.compile("0[0-7]{0,2}|[0-3][0-7]{2}");
  private static final Pattern GROUP_NUMBER = Pattern.compile("[1-9]\\d?");
  private static final Pattern HEX =
      Pattern.compile("x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}");

  private final String regex;
  private final StringBuilder out = new StringBuilder();
  private final Map<String, Integer> names = new HashMap<>();
  private int at;
  private int groups;

  RegexTranslator(String regex) {
    this.regex = regex;
  }

  /// The names of groups, to their numbers; complete after [#translate].
  Map<String, Integer> names() {
    return Map.copyOf(names);
  }

  String translate() {
    while (at < regex.length()) {
      switch (regex.charAt(at)) {
        case '\\' -> escape();
        case '(' -> open();
        case '[' -> characterClass();
        case '{' -> brace();
        case '}' -> literal('}');
        default -> out.append(regex.charAt(at++));
      }
    }
    return out.toString();
  }

  private void literal(char c) {
    out.append('\\').append(c);
    at++;
  }

  private void open() {
    Matcher named = here(NAMED);
    if (named.lookingAt()) {
      if (names.put(named.group(1), ++groups) != null) {
        throw wrong("two groups are named '" + named.group(1) + "'");
      }
      out.append('(');
      at = named.end();
      return;
    }
    Matcher again = here(NAMED_AGAIN);
    if (again.lookingAt()) {
      Integer number = names.get(again.group(1));
      if (number == null) {
        throw wrong("unknown group name '" + again.group(1) + "'");
      }
      reference(number);
      at = again.end();
      return;
    }
    Matcher comment = here(COMMENT);
    if (comment.lookingAt()) {
      at = comment.end();
      return;
    }
    Matcher flags = here(FLAGS);
    if (flags.lookingAt()) {
      flags(flags);
      return;
    }
    if (!regex.startsWith("(?", at)) {
      groups++;
    } else if (regex.startsWith("(?(", at)) {
      throw wrong("a group that depends on another is not supported");
    }
    out.append('(');
    at++;
  }

  private void flags(Matcher flags) {
    String removed = flags.group(2) == null ? "" : flags.group(2);
    for (char flag : (flags.group(1) + removed.replace("-", "")).toCharArray()) {
      if ("imsu".indexOf(flag) < 0) {
        throw wrong("the flag '" + flag + "' is not supported");
      }
    }
    if (flags.group(3).equals(")") && at > 0) {
      throw wrong("flags must stand at the start");
    }
    String added = flags.group(1).replace("u", "").replace("i", "iu");
    out.append("(?").append(added).append(removed.replace("i", "iu")).append(flags.group(3));
    at = flags.end();
  }

  /// The group that follows is kept from growing by digits behind it.
  private void reference(int group) {
    out.append("(?:\\").append(group).append(')');
  }

  private void brace() {
    Matcher repetition = here(REPETITION);
    boolean counts = repetition.lookingAt() && repetition.group().length() > 2;
    if (!counts) {
      literal('{');
      return;
    }
    String from = repetition.group(1).isEmpty() ? "0" : repetition.group(1);
    out.append('{').append(from).append(repetition.group(2)).append(repetition.group(3));
    out.append('}');
    at = repetition.end();
  }

  private void escape() {
    at++;
    if (at == regex.length()) {
      throw wrong("a backslash at the end");
    }
    Matcher octal = here(OCTAL);
    Matcher number = here(GROUP_NUMBER);
    if (!octal.lookingAt() && number.lookingAt()) {
      reference(Integer.parseInt(number.group()));
      at = number.end();
      return;
    }
    String boundary =
        switch (regex.charAt(at)) {
          case 'b' -> "(?:(?<=[%1$s])(?![%1$s])|(?<![%1$s])(?=[%1$s]))".replace("%1$s", WORD);
          case 'B' -> "(?:(?<=[%1$s])(?=[%1$s])|(?<![%1$s])(?![%1$s]))".replace("%1$s", WORD);
          case 'A' -> "\\A";
          case 'Z' -> "\\z";
          default -> "";
        };
    if (boundary.isEmpty()) {
      character("[", "]");
    } else {
      out.append(boundary);
      at++;
    }
  }

  private void characterClass() {
    out.append('[');
    at++;
    if (regex.startsWith("^", at)) {
      out.append('^');
      at++;
    }
    int first = at;
    while (at < regex.length() && (regex.charAt(at) != ']' || at == first)) {
      char c = regex.charAt(at);
      if (c == '\\' && at + 1 < regex.length()) {
        at++;
        characterInClass();
      } else if ("[]&^".indexOf(c) >= 0) {
        literal(c);
      } else {
        out.append(c);
        at++;
      }
    }
    if (at == regex.length()) {
      throw wrong("a character class has no end");
    }
    out.append(']');
    at++;
  }

  private void characterInClass() {
    if (regex.charAt(at) == 'b') {
      out.append("\\x08");
      at++;
    } else {
      character("", "");
    }
  }

  /// What an escape, whose backslash was read, stands for.
  ///
  /// @param open what begins a class, where none has begun
  private void character(String open, String close) {
    Matcher octal = here(OCTAL);
    Matcher hex = here(HEX);
    char c = regex.charAt(at);
    if (octal.lookingAt() || hex.lookingAt()) {
      boolean isOctal = octal.lookingAt();
      int code =
          isOctal
              ? Integer.parseInt(octal.group(), 8)
              : Integer.parseUnsignedInt(hex.group().substring(1), 16);
      out.append("\\x{").append(Integer.toHexString(code)).append('}');
      at = isOctal ? octal.end() : hex.end();
      return;
    }
    out.append(
        switch (c) {
          case 'w' -> open + WORD + close;
          case 'W' -> "[^" + WORD + "]";
          case 'd' -> "\\p{Nd}";
          case 'D' -> "\\P{Nd}";
          case 's' -> open + SPACE + close;
          case 'S' -> "[^" + SPACE + "]";
          case 'a' -> "\\x07";
          case 'v' -> "\\x0b";
          case 'f', 'n', 'r', 't' -> "\\" + c;
          default -> other(c);
        });
    at++;
  }

  private String other(char c) {
    boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9')) {
      throw wrong("bad escape \\" + c);
    }
    return c < 128 ? "\\" + c : String.valueOf(c);
  }

  private Matcher here(Pattern what) {
    return what.matcher(regex).region(at, regex.length());
  }

  private PatternSyntaxException wrong(String problem) {
    return new PatternSyntaxException(problem, regex, at);
  }
}
