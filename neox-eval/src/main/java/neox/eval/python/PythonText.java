package neox.eval.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Methods of Python's `str` whose answers differ from Java's. Lengths are in code points.
public final class PythonText {
  /// `str.isspace` of one code point; not the same set as [Character#isWhitespace(int)].
  public static boolean isSpace(int codePoint) {
    return switch (codePoint) {
      case 0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000 -> true;
      default ->
          (codePoint >= 0x09 && codePoint <= 0x0d)
              || (codePoint >= 0x1c && codePoint <= 0x1f)
              || (codePoint >= 0x2000 && codePoint <= 0x200a);
    };
  }

  /// `str.lstrip()`.
  public static String leftStrip(String text) {
    int start = 0;
    while (start < text.length() && isSpace(text.charAt(start))) {
      start++;
    }
    return text.substring(start);
  }

  /// `str.rstrip()`.
  public static String rightStrip(String text) {
    int end = text.length();
    while (end > 0 && isSpace(text.charAt(end - 1))) {
      end--;
    }
    return text.substring(0, end);
  }

  /// `str.strip()`.
  public static String strip(String text) {
    return leftStrip(rightStrip(text));
  }

  /// Whether the text starts with white space.
  public static boolean startsWithSpace(String text) {
    return !text.isEmpty() && isSpace(text.charAt(0));
  }

  /// Whether the text ends in white space.
  public static boolean endsWithSpace(String text) {
    return !text.isEmpty() && isSpace(text.charAt(text.length() - 1));
  }

  /// `len(text)`.
  public static int length(String text) {
    return text.codePointCount(0, text.length());
  }

  /// `text.split(separator)`: empty parts are kept, also at the end.
  public static List<String> split(String text, String separator) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int at = text.indexOf(separator); at >= 0; at = text.indexOf(separator, from)) {
      parts.add(text.substring(from, at));
      from = at + separator.length();
    }
    parts.add(text.substring(from));
    return parts;
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

  /// `str.capitalize()`: the first character in title case, **the rest in lower case**.
  public static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    String head = Character.toString(first);
    String lower = text.toLowerCase(Locale.ROOT);
    return titleCase(head) + lower.substring(head.toLowerCase(Locale.ROOT).length());
  }

  private static String titleCase(String head) {
    int codePoint = head.codePointAt(0);
    int simple = Character.toTitleCase(codePoint);
    String upper = head.toUpperCase(Locale.ROOT);
    if (simple != codePoint || upper.length() == head.length()) {
      return Character.toString(simple);
    }
    int split = upper.offsetByCodePoints(0, 1); // one letter that becomes several, such as ß → Ss
    return upper.substring(0, split) + upper.substring(split).toLowerCase(Locale.ROOT);
  }

  private PythonText() {}
}
