package neox.python;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/// What Python's `str` does where Java's [String] does something else: it counts code points, and
/// white space and case are Unicode's.
public final class PythonText {

  private static final int[][] OTHER_DIGITS = {
    {0xb2, 0xb3},
    {0xb9, 0xb9},
    {0x1369, 0x1371},
    {0x19da, 0x19da},
    {0x2070, 0x2070},
    {0x2074, 0x2079},
    {0x2080, 0x2089},
    {0x2460, 0x2468},
    {0x2474, 0x247c},
    {0x2488, 0x2490},
    {0x24ea, 0x24ea},
    {0x24f5, 0x24fd},
    {0x24ff, 0x24ff},
    {0x2776, 0x277e},
    {0x2780, 0x2788},
    {0x278a, 0x2792},
    {0x10a40, 0x10a43},
    {0x10e60, 0x10e68},
    {0x11052, 0x1105a},
    {0x1f100, 0x1f10a}
  };

  /// Letters that fall apart into blanks and marks when text is normalized.
  private static final String NEVER_IN_NAMES =
      "\u037a\u2e2f\u309b\u309c\ufc5e\ufc5f\ufc60\ufc61\ufc62\ufc63\ufdfa\ufdfb"
          + "\ufe70\ufe72\ufe74\ufe76\ufe78\ufe7a\ufe7c\ufe7e";

  /// The same, and letters that become marks.
  private static final String NEVER_FIRST = NEVER_IN_NAMES + "\u0e33\u0eb3\uff9e\uff9f";

  /// Ideographs that stand for numbers.
  private static final String NUMBER_IDEOGRAPHS =
      "\u3405\u3483\u382a\u3b4d\u4e00\u4e03\u4e07\u4e09\u4e5d\u4e8c\u4e94\u4e96\u4ebf\u4ec0"
          + "\u4edf\u4ee8\u4f0d\u4f70\u5104\u5146\u5169\u516b\u516d\u5341\u5343\u5344\u5345\u534c"
          + "\u53c1\u53c2\u53c3\u53c4\u56db\u58f1\u58f9\u5e7a\u5efe\u5eff\u5f0c\u5f0d\u5f0e\u5f10"
          + "\u62fe\u634c\u67d2\u6f06\u7396\u767e\u8086\u842c\u8cae\u8cb3\u8d30\u9621\u9646\u964c"
          + "\u9678\u96f6\uf96b\uf973\uf978\uf9b2\uf9d1\uf9d3\uf9fd\ud840\udc01\ud840\udc64\ud840"
          + "\udce2\ud840\udd21\ud842\udd2a\ud842\udd83\ud842\udd8c\ud842\udd9c\ud842\udeea\ud842"
          + "\udefd\ud842\udf19\ud848\udf90\ud84a\udd98\ud84e\udf1b\ud858\ude6d\ud87e\udc90";

  /// `str.isspace` of one code point; not the same set as [Character#isWhitespace(int)].
  public static boolean isSpace(int c) {
    return switch (c) {
      case 0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
      default ->
          (c >= 0x09 && c <= 0x0d) || (c >= 0x1c && c <= 0x1f) || (c >= 0x2000 && c <= 0x200a);
    };
  }

  /// Whether the text starts with white space.
  public static boolean startsWithSpace(String text) {
    return !text.isEmpty() && isSpace(text.charAt(0));
  }

  /// Whether the text ends in white space.
  public static boolean endsWithSpace(String text) {
    return !text.isEmpty() && isSpace(text.charAt(text.length() - 1));
  }

  /// `len`: code points.
  public static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /// The characters, each a string.
  public static List<String> characters(String text) {
    return text.codePoints().mapToObj(Character::toString).toList();
  }

  /// `str.strip()`.
  public static String strip(String text) {
    return rightStrip(leftStrip(text));
  }

  /// `str.lstrip()`.
  public static String leftStrip(String text) {
    return leftStrip(text, PythonText::isSpace);
  }

  /// `str.rstrip()`.
  public static String rightStrip(String text) {
    return rightStrip(text, PythonText::isSpace);
  }

  /// `str.lstrip` of the characters that fit.
  public static String leftStrip(String text, IntPredicate stripped) {
    int from = 0;
    while (from < text.length() && stripped.test(text.codePointAt(from))) {
      from += Character.charCount(text.codePointAt(from));
    }
    return text.substring(from);
  }

  /// `str.rstrip` of the characters that fit.
  public static String rightStrip(String text, IntPredicate stripped) {
    int to = text.length();
    while (to > 0 && stripped.test(text.codePointBefore(to))) {
      to -= Character.charCount(text.codePointBefore(to));
    }
    return text.substring(0, to);
  }

  /// Words between white space; at most `limit` cuts, negative for any number.
  public static List<String> split(String text, long limit) {
    List<String> words = new ArrayList<>();
    String rest = leftStrip(text);
    while (!rest.isEmpty()) {
      int to = indexOf(rest, PythonText::isSpace);
      if (to == rest.length() || words.size() == limit) {
        words.add(rest); // white space at its end included
        break;
      }
      words.add(rest.substring(0, to));
      rest = leftStrip(rest.substring(to));
    }
    return words;
  }

  private static int indexOf(String text, IntPredicate wanted) {
    int at = 0;
    while (at < text.length() && !wanted.test(text.codePointAt(at))) {
      at += Character.charCount(text.codePointAt(at));
    }
    return at;
  }

  /// As [#split], cutting from the end.
  public static List<String> rightSplit(String text, long limit) {
    List<String> reversed = split(reverse(text), limit).stream().map(PythonText::reverse).toList();
    return reversed.reversed();
  }

  /// `text.split(separator, limit)`: empty parts are kept; a limit below zero is none.
  public static List<String> split(String text, String separator, long limit) {
    requireSeparator(separator);
    List<String> parts = new ArrayList<>();
    int from = 0;
    int cut = text.indexOf(separator);
    while (cut >= 0 && parts.size() != limit) {
      parts.add(text.substring(from, cut));
      from = cut + separator.length();
      cut = text.indexOf(separator, from);
    }
    parts.add(text.substring(from));
    return parts;
  }

  /// As [#split], cutting from the end.
  public static List<String> rightSplit(String text, String separator, long limit) {
    requireSeparator(separator);
    List<String> parts = new ArrayList<>();
    int to = text.length();
    int cut = text.lastIndexOf(separator);
    while (cut >= 0 && parts.size() != limit) {
      parts.add(text.substring(cut + separator.length(), to));
      to = cut;
      cut = cut < separator.length() ? -1 : text.lastIndexOf(separator, cut - separator.length());
    }
    parts.add(text.substring(0, to));
    return parts.reversed();
  }

  private static void requireSeparator(String separator) {
    if (separator.isEmpty()) {
      throw new IllegalArgumentException("empty separator");
    }
  }

  /// Lines as Python's `splitlines` cuts them, at more than line feeds.
  public static List<String> lines(String text, boolean keepEnds) {
    List<String> lines = new ArrayList<>();
    int from = 0;
    for (int at = 0; at < text.length(); ) {
      char c = text.charAt(at++);
      if (!endsLine(c)) {
        continue;
      }
      int end = at - 1;
      if (c == '\r' && at < text.length() && text.charAt(at) == '\n') {
        at++;
      }
      lines.add(text.substring(from, keepEnds ? at : end));
      from = at;
    }
    if (from < text.length()) {
      lines.add(text.substring(from));
    }
    return lines;
  }

  private static boolean endsLine(char c) {
    return (c >= '\n' && c <= '\r')
        || (c >= 0x1c && c <= 0x1e)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }

  /// At most `limit` replacements, negative for any number.
  public static String replace(String text, String old, String fresh, long limit) {
    if (old.isEmpty()) {
      return weave(text, fresh, limit);
    }
    return String.join(fresh, split(text, old, limit));
  }

  /// Puts `fresh` before every character and at the end.
  private static String weave(String text, String fresh, long limit) {
    StringBuilder woven = new StringBuilder();
    long count = 0;
    for (int c : text.codePoints().toArray()) {
      woven.append(count++ < limit || limit < 0 ? fresh : "").appendCodePoint(c);
    }
    return woven.append(count < limit || limit < 0 ? fresh : "").toString();
  }

  /// `len(re.split(r"\s+", text))`: runs of white space, plus one.
  public static int countWords(String text) {
    int runs = 0;
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      boolean space = isSpace(text.charAt(i));
      runs += space && !inside ? 1 : 0;
      inside = space;
    }
    return runs + 1;
  }

  /// How often `part` occurs without overlap.
  public static int count(String text, String part) {
    return part.isEmpty() ? length(text) + 1 : Math.toIntExact(split(text, part, -1).size() - 1L);
  }

  /// The code points from the last to the first.
  public static String reverse(String text) {
    int[] points = text.codePoints().toArray();
    StringBuilder reversed = new StringBuilder(text.length());
    for (int i = points.length - 1; i >= 0; i--) {
      reversed.appendCodePoint(points[i]);
    }
    return reversed.toString();
  }

  /// Decimal digits, and those in raised, lowered and circled form.
  public static boolean isDigit(int c) {
    if (Character.isDigit(c)) {
      return true;
    }
    for (int[] range : OTHER_DIGITS) {
      if (c >= range[0] && c <= range[1]) {
        return true;
      }
    }
    return false;
  }

  /// `str.isdecimal` of one code point.
  public static boolean isDecimal(int c) {
    return Character.isDigit(c);
  }

  /// `str.isnumeric` of one code point: fractions, Roman numbers and ideographs, too.
  public static boolean isNumeric(int c) {
    return isDigit(c)
        || Character.getType(c) == Character.LETTER_NUMBER
        || Character.getType(c) == Character.OTHER_NUMBER
        || NUMBER_IDEOGRAPHS.indexOf(c) >= 0;
  }

  /// `str.isalpha` of one code point.
  public static boolean isAlpha(int c) {
    return Character.isLetter(c);
  }

  /// `str.isalnum` of one code point.
  public static boolean isAlphanumeric(int c) {
    return isAlpha(c) || isNumeric(c);
  }

  /// `str.isidentifier`
  public static boolean isIdentifier(String text) {
    if (text.isEmpty()) {
      return false;
    }
    int first = text.codePointAt(0);
    boolean starts = Character.isUnicodeIdentifierStart(first) && NEVER_FIRST.indexOf(first) < 0;
    return (first == '_' || starts) && text.codePoints().allMatch(PythonText::isInIdentifier);
  }

  private static boolean isInIdentifier(int c) {
    return Character.isUnicodeIdentifierPart(c)
        && !Character.isIdentifierIgnorable(c)
        && NEVER_IN_NAMES.indexOf(c) < 0;
  }

  /// Whether there are characters and all are of the kind.
  public static boolean all(String text, IntPredicate kind) {
    return !text.isEmpty() && text.codePoints().allMatch(kind);
  }

  private PythonText() {}
}
