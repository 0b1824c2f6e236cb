package neox.python;

import java.util.Locale;

/// Upper, lower and title case as Python's `str` has them.
///
/// CPython 3.11 goes by Unicode 14, Java 25 by Unicode 16: letters that came between have a case
/// here and none there. All others agree, as a test over all code points sees to.
public final class PythonCase {

  /// `str.upper()`
  public static String upper(String text) {
    return text.toUpperCase(Locale.ROOT);
  }

  /// `str.lower()`
  public static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  /// `str.casefold()`
  public static String fold(String text) {
    StringBuilder folded = new StringBuilder(text.length());
    text.codePoints().forEach(c -> folded.append(fold(c)));
    return folded.toString();
  }

  /// The small letter of the capital, but for dotless i, and for Cherokee, whose capitals are
  /// older.
  private static String fold(int c) {
    boolean capitalCherokee = c >= 0x13a0 && c <= 0x13f5;
    boolean smallCherokee = (c >= 0x13f8 && c <= 0x13fd) || (c >= 0xab70 && c <= 0xabbf);
    String letter = Character.toString(c);
    if (c == 0x131 || capitalCherokee) {
      return letter;
    }
    return smallCherokee ? upper(letter) : lower(upper(lower(letter)));
  }

  /// `str.swapcase()`
  public static String swap(String text) {
    StringBuilder swapped = new StringBuilder(text.length());
    eachWithLower(
        text,
        (c, small) -> {
          String letter = Character.toString(c);
          String other = Character.isLowerCase(c) ? upper(letter) : letter;
          swapped.append(Character.isUpperCase(c) ? small : other);
        });
    return swapped.toString();
  }

  /// The first character as a title begins, the others in lower case.
  public static String capitalize(String text) {
    if (text.isEmpty()) {
      return text;
    }
    int first = text.codePointAt(0);
    return title(first) + lower(text).substring(lower(Character.toString(first)).length());
  }

  /// `str.title`: every letter that follows no letter begins a word.
  public static String title(String text) {
    StringBuilder title = new StringBuilder(text.length());
    boolean[] inWord = {false};
    eachWithLower(
        text,
        (c, small) -> {
          title.append(inWord[0] ? small : title(c));
          inWord[0] = isCased(c);
        });
    return title.toString();
  }

  private interface LetterSink {
    void accept(int letter, String small);
  }

  /// Each character with its small form at that place: the sigma that ends a word has its own.
  private static void eachWithLower(String text, LetterSink sink) {
    String lower = lower(text);
    int from = 0;
    for (int c : text.codePoints().toArray()) {
      int to = from + lower(Character.toString(c)).length();
      sink.accept(c, lower.substring(from, to));
      from = to;
    }
  }

  /// One character as a title begins.
  static String title(int c) {
    int title = Character.toTitleCase(c);
    String upper = upper(Character.toString(c));
    boolean expands =
        title == c && !Character.isTitleCase(c) && upper.length() > Character.charCount(c);
    if (!expands) {
      return Character.toString(title);
    }
    if (upper.endsWith("\u0399")) { // the iota below a Greek letter stays below
      return upper.substring(0, upper.length() - 1) + "\u0345";
    }
    // One letter that becomes several, such as ß → Ss; of ŉ the letter is the last.
    int split = upper.offsetByCodePoints(0, c == 'ŉ' ? 2 : 1);
    return upper.substring(0, split) + lower(upper.substring(split));
  }

  /// Whether a character has a case.
  public static boolean isCased(int c) {
    return Character.isUpperCase(c) || Character.isLowerCase(c) || Character.isTitleCase(c);
  }

  /// Whether every cased character is of one case, and there is one.
  public static boolean isUpper(String text) {
    return text.codePoints().anyMatch(PythonCase::isCased)
        && text.codePoints().noneMatch(c -> Character.isLowerCase(c) || Character.isTitleCase(c));
  }

  /// As [#isUpper], in lower case.
  public static boolean isLower(String text) {
    return text.codePoints().anyMatch(PythonCase::isCased)
        && text.codePoints().noneMatch(c -> Character.isUpperCase(c) || Character.isTitleCase(c));
  }

  /// `str.istitle()`
  public static boolean isTitle(String text) {
    boolean inWord = false;
    boolean found = false;
    for (int c : text.codePoints().toArray()) {
      boolean begins = Character.isUpperCase(c) || Character.isTitleCase(c);
      boolean goesOn = Character.isLowerCase(c);
      if ((begins && inWord) || (goesOn && !inWord)) {
        return false;
      }
      inWord = begins || goesOn;
      found |= inWord;
    }
    return found;
  }

  private PythonCase() {}
}
