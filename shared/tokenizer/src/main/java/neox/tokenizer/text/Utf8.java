package neox.tokenizer.text;

import java.nio.charset.StandardCharsets;
import neox.base.UserException;

/// Reading code points out of UTF-8 bytes.
public final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';

  /// The UTF-8 of a string that is valid Unicode; half a surrogate pair has no UTF-8 and no id.
  public static byte[] encode(String text) {
    int at = 0;
    while (at < text.length()) {
      int c = text.codePointAt(at);
      if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
        throw UserException.of(
            "the text is not valid Unicode: half a surrogate pair (U+%04X) at position %d", c, at);
      }
      at += Character.charCount(c);
    }
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /// Whether a byte occurs in valid UTF-8 at all.
  public static boolean occurs(int unsignedByte) {
    return unsignedByte < 0xC0 || (unsignedByte >= 0xC2 && unsignedByte <= 0xF4);
  }

  public static boolean isContinuation(byte b) {
    return (b & 0xC0) == 0x80;
  }

  /// Bytes of the character that starts with `lead`; 1 for a byte that starts none.
  public static int length(byte lead) {
    int b = lead & 0xFF;
    if (b < 0xC0) {
      return 1;
    }
    return b < 0xE0 ? 2 : b < 0xF0 ? 3 : 4;
  }

  /// The first byte of a character, 0 to 255.
  static int firstByte(int codePoint) {
    if (codePoint < 0x80) {
      return codePoint;
    }
    if (codePoint < 0x800) {
      return 0xC0 | codePoint >> 6;
    }
    return codePoint < 0x10000 ? 0xE0 | codePoint >> 12 : 0xF0 | codePoint >> 18;
  }

  /// The code point at `at`; U+FFFD when `to` cuts the character.
  public static int codePoint(byte[] text, int at, int to) {
    byte lead = text[at];
    if (lead >= 0) {
      return lead;
    }
    int length = length(lead);
    if (length == 1 || at + length > to) {
      return REPLACEMENT;
    }
    int b1 = text[at + 1] & 0x3F;
    if (length == 2) {
      return ((lead & 0x1F) << 6) | b1;
    }
    int b2 = text[at + 2] & 0x3F;
    if (length == 3) {
      return ((lead & 0x0F) << 12) | (b1 << 6) | b2;
    }
    return ((lead & 0x07) << 18) | (b1 << 12) | (b2 << 6) | (text[at + 3] & 0x3F);
  }

  /// Where the character that ends just before `at` starts.
  public static int previous(byte[] text, int from, int at) {
    int p = at - 1;
    while (p > from && isContinuation(text[p])) {
      p--;
    }
    return p;
  }

  /// Decodes bytes of any origin: each maximal part that cannot be continued to a character becomes
  /// one U+FFFD (Unicode 16, section 3.9, as Rust and Python do; Java's own decoder differs for
  /// surrogates).
  public static String decode(byte[] bytes, int size) {
    StringBuilder text = new StringBuilder(size);
    int at = 0;
    while (at < size) {
      if (bytes[at] >= 0) {
        text.append((char) bytes[at++]);
        continue;
      }
      int valid = validPrefix(bytes, at, size);
      if (valid == length(bytes[at]) && valid > 1) {
        text.appendCodePoint(codePoint(bytes, at, size));
      } else {
        text.append(REPLACEMENT);
      }
      at += valid;
    }
    return text.toString();
  }

  /// How many bytes from `at` are a character or the start of one; at least 1.
  private static int validPrefix(byte[] bytes, int at, int size) {
    int lead = bytes[at] & 0xFF;
    if (lead < 0xC2 || lead > 0xF4) {
      return 1;
    }
    int lowest = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
    int highest = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
    int length = length(bytes[at]);
    for (int i = 1; i < length; i++) {
      int b = at + i < size ? bytes[at + i] & 0xFF : -1;
      if (b < lowest || b > highest) {
        return i;
      }
      lowest = 0x80;
      highest = 0xBF;
    }
    return length;
  }

  private Utf8() {}
}
