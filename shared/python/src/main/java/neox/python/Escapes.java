package neox.python;

import java.util.Locale;

/// The escapes of a Python string literal.
public final class Escapes {
  private static final String SIMPLE = "\\'\"abfnrtv";
  private static final String MEANING = "\\'\"\u0007\b\f\n\r\t\u000b";

  /// What stands between the quotes, as characters; [IllegalArgumentException], with what to tell,
  /// for an escape that Python refuses.
  public static String decode(String literal) {
    StringBuilder text = new StringBuilder(literal.length());
    int at = 0;
    while (at < literal.length()) {
      char c = literal.charAt(at++);
      if (c != '\\' || at == literal.length()) {
        text.append(c);
        continue;
      }
      char kind = literal.charAt(at++);
      int simple = SIMPLE.indexOf(kind);
      if (simple >= 0) {
        text.append(MEANING.charAt(simple));
      } else if (kind >= '0' && kind <= '7') {
        int to = octalEnd(literal, at);
        text.appendCodePoint(Integer.parseInt(literal, at - 1, to, 8));
        at = to;
      } else {
        at = decodeLong(literal, at, kind, text);
      }
    }
    return text.toString();
  }

  private static int octalEnd(String literal, int at) {
    int to = at;
    while (to < literal.length()
        && to < at + 2
        && literal.charAt(to) >= '0'
        && literal.charAt(to) <= '7') {
      to++;
    }
    return to;
  }

  private static int decodeLong(String literal, int at, char kind, StringBuilder text) {
    int digits =
        switch (kind) {
          case 'x' -> 2;
          case 'u' -> 4;
          case 'U' -> 8;
          default -> 0;
        };
    if (kind == 'N') {
      throw new IllegalArgumentException(
          "\\N{…} in a string is not supported; write the character itself");
    }
    if (digits == 0) {
      if (kind != '\n') {
        text.append('\\').append(kind); // Python keeps an escape that it does not know
      }
      return at;
    }
    try {
      text.appendCodePoint(Integer.parseInt(literal, at, at + digits, 16));
    } catch (IndexOutOfBoundsException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "\\%c in a string needs %d hexadecimal digits of a character",
              kind,
              digits),
          e);
    }
    return at + digits;
  }

  private Escapes() {}
}
