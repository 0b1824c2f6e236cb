package neox.base.terminal;

import java.util.Locale;

/// Text that may hold anything, made fit for one line of a terminal.
///
/// Messages quote names of files, values from files and answers of servers. A control character in
/// one of them could move the cursor, paint the screen or forge a second message, and one of 10,000
/// characters would push the rest off the screen.
public final class Printable {
  private static final int LONGEST = 1_000;
  private static final int HEAD = 600;
  private static final int TAIL = 300;
  private static final int ZERO_WIDTH_NON_JOINER = 0x200c;
  private static final int ZERO_WIDTH_JOINER = 0x200d;

  /// The text on one line: what would act on a terminal is written out (`\n`, `\u001b`), and of an
  /// overlong text head and tail are kept, where the file and the advice stand.
  public static String line(String text) {
    if (text.length() <= LONGEST) {
      String whole = escape(text);
      if (whole.length() <= LONGEST) {
        return whole;
      }
    }
    int headEnd = headEnd(text);
    int tailStart = tailStart(text, headEnd);
    int between = text.codePointCount(headEnd, tailStart);
    return String.format(
        Locale.ROOT,
        "%s… (%,d characters left out) …%s",
        escape(text.substring(0, headEnd)),
        between,
        escape(text.substring(tailStart)));
  }

  /// The text with its line breaks and tabs; all else that would act on a terminal is written out.
  public static String text(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints()
        .forEach(c -> escaped.append(c == '\n' || c == '\t' ? Character.toString(c) : escape(c)));
    return escaped.toString();
  }

  private static int headEnd(String text) {
    int at = 0;
    for (int length = 0; at < text.length(); ) {
      int c = text.codePointAt(at);
      length += escape(c).length();
      if (length > HEAD) {
        break;
      }
      at += Character.charCount(c);
    }
    return at;
  }

  private static int tailStart(String text, int from) {
    int at = text.length();
    for (int length = 0; at > from; ) {
      int c = text.codePointBefore(at);
      length += escape(c).length();
      if (length > TAIL) {
        break;
      }
      at -= Character.charCount(c);
    }
    return at;
  }

  private static String escape(String text) {
    StringBuilder escaped = new StringBuilder(text.length());
    text.codePoints().forEach(c -> escaped.append(escape(c)));
    return escaped.toString();
  }

  private static String escape(int c) {
    if (!acts(c)) {
      return Character.toString(c);
    }
    return switch (c) {
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      default -> String.format(Locale.ROOT, c > 0xffff ? "\\U%08x" : "\\u%04x", c);
    };
  }

  /// Whether a terminal would do something else than show the character: control characters, line
  /// and paragraph separators, marks that turn the direction of writing, halves of surrogates. The
  /// joiners are part of ordinary words and emoji.
  private static boolean acts(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SURROGATE ->
          true;
      case Character.FORMAT -> c != ZERO_WIDTH_NON_JOINER && c != ZERO_WIDTH_JOINER;
      default -> false;
    };
  }

  private Printable() {}
}
