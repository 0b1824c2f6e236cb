package neox.preprocess.ftfy;

import java.util.Map;

/// Reads HTML's character references that end in a semicolon: `&eacute;`, `&#233;`, `&#xe9;`.
final class Entities {
  private static final int MAX_NAME = 24;
  private static final int HEX = 16;
  private static final int DECIMAL = 10;
  private static final int BEYOND_UNICODE = Character.MAX_CODE_POINT + 1;
  private static final String REPLACEMENT = "\ufffd";

  private final Map<String, String> names;
  private final Charmap western;

  /// @param western what HTML takes `&#128;` to `&#159;` for
  Entities(Map<String, String> names, Charmap western) {
    this.names = names;
    this.western = western;
  }

  String unescape(String text) {
    int amp = text.indexOf('&');
    if (amp < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    while (amp >= 0) {
      int end = semicolon(text, amp);
      if (end > 0) {
        String value = value(text, amp, end);
        out.append(text, copied, amp).append(value);
        copied = end + 1;
      }
      amp = text.indexOf('&', Math.max(end, amp) + 1);
    }
    return out.append(text, copied, text.length()).toString();
  }

  /// Where the reference that begins at `amp` ends, or -1 if there is none.
  private static int semicolon(String text, int amp) {
    int from = amp + (text.startsWith("#", amp + 1) ? 2 : 1);
    int at = from;
    while (at < text.length() && at - from < MAX_NAME && isAlphanumeric(text.charAt(at))) {
      at++;
    }
    return at > from && at < text.length() && text.charAt(at) == ';' ? at : -1;
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  }

  private String value(String text, int amp, int end) {
    String whole = text.substring(amp, end + 1);
    if (text.charAt(amp + 1) != '#') {
      return names.getOrDefault(text.substring(amp + 1, end), whole);
    }
    boolean hex = text.charAt(amp + 2) == 'x' || text.charAt(amp + 2) == 'X';
    int number = number(text, amp + (hex ? 3 : 2), end, hex ? HEX : DECIMAL);
    // ftfy compat: a result with a semicolon counts as half decoded, even &#59;
    return number < 0 || number == ';' ? whole : character(number);
  }

  /// The number in `text[from, end)`, [#BEYOND_UNICODE] if too large, or -1 if it is none.
  private static int number(String text, int from, int end, int radix) {
    int number = from == end ? -1 : 0;
    for (int i = from; i < end; i++) {
      int digit = Character.digit(text.charAt(i), radix);
      if (digit < 0) {
        return -1;
      }
      number = Math.min(BEYOND_UNICODE, number * radix + digit);
    }
    return number;
  }

  /// HTML's reading of a number (HTML Living Standard 13.2.5.80), with Python's choice to leave out
  /// what it calls invalid.
  private String character(int number) {
    if (number >= 0x80 && number <= 0x9f) {
      return String.valueOf(western.decodeHigh(number));
    }
    boolean surrogate = number >= Character.MIN_SURROGATE && number <= Character.MAX_SURROGATE;
    if (number == 0 || surrogate || number == BEYOND_UNICODE) {
      return REPLACEMENT;
    }
    boolean control =
        number < 0x20 && number != '\t' && number != '\n' && number != '\f' && number != '\r';
    boolean noncharacter = (number >= 0xfdd0 && number <= 0xfdef) || (number & 0xfffe) == 0xfffe;
    return control || number == 0x7f || noncharacter ? "" : Character.toString(number);
  }
}
