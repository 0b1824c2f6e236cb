package neox.preprocess.ftfy;

import java.util.Optional;

/// Reads UTF-8, and two things that programs write for it: a pair of surrogates as two sequences of
/// three bytes (CESU-8), and `c0 80` for NUL (Java). All else that is not well-formed is refused.
final class LenientUtf8 {
  private static final int TWO_BYTE_NUL = 0xc0;
  private static final int BEFORE_SURROGATES = 0xed;
  private static final int PAIR_BYTES = 6;

  private final byte[] bytes;
  private final StringBuilder text;
  private int at;

  private LenientUtf8(byte[] bytes) {
    this.bytes = bytes;
    this.text = new StringBuilder(bytes.length);
  }

  static Optional<String> decode(byte[] bytes) {
    LenientUtf8 decoder = new LenientUtf8(bytes);
    while (decoder.at < bytes.length) {
      if (!decoder.next()) {
        return Optional.empty();
      }
    }
    return Optional.of(decoder.text.toString());
  }

  private boolean next() {
    int lead = bytes[at] & 0xff;
    if (lead < 0x80) {
      text.append((char) lead);
      at++;
      return true;
    }
    if (lead == TWO_BYTE_NUL) {
      return twoByteNul();
    }
    if (lead == BEFORE_SURROGATES && in(1, 0xa0, 0xbf)) {
      return pair();
    }
    return wellFormed(lead);
  }

  private boolean twoByteNul() {
    if (!in(1, 0x80, 0x80) && !lineEndsAfter(1)) {
      return false;
    }
    text.append('\0');
    at += 2;
    return true;
  }

  private boolean pair() {
    boolean last = in(5, 0x80, 0xbf) || lineEndsAfter(5);
    if (!in(1, 0xa0, 0xaf)
        || !in(2, 0x80, 0xbf)
        || !in(3, BEFORE_SURROGATES, BEFORE_SURROGATES)
        || !in(4, 0xb0, 0xbf)
        || !last) {
      return false;
    }
    int upper = ((bytes[at + 1] & 0x0f) << 16) | ((bytes[at + 2] & 0x3f) << 10);
    int lower = ((bytes[at + 4] & 0x0f) << 6) | (bytes[at + 5] & 0x3f);
    text.appendCodePoint(Character.MIN_SUPPLEMENTARY_CODE_POINT + upper + lower);
    at += PAIR_BYTES;
    return true;
  }

  /// ftfy compat: where the byte that completes one of the two forms should be, the newline that
  /// ends the text passes for it (Python's `$` also matches before a final newline).
  private boolean lineEndsAfter(int offset) {
    return at + offset == bytes.length - 1 && bytes[at + offset] == '\n';
  }

  /// The Unicode Standard, table 3-7, but for the lead bytes that the callers have taken.
  private boolean wellFormed(int lead) {
    int length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    int lowest =
        switch (lead) {
          case 0xe0 -> 0xa0;
          case 0xf0 -> 0x90;
          default -> 0x80;
        };
    int highest =
        switch (lead) {
          case BEFORE_SURROGATES -> 0x9f;
          case 0xf4 -> 0x8f;
          default -> 0xbf;
        };
    if (lead < 0xc2 || lead > 0xf4 || !in(1, lowest, highest)) {
      return false;
    }
    int codePoint = lead & (0x7f >> length);
    for (int i = 1; i < length; i++) {
      if (!in(i, 0x80, 0xbf)) {
        return false;
      }
      codePoint = (codePoint << 6) | (bytes[at + i] & 0x3f);
    }
    text.appendCodePoint(codePoint);
    at += length;
    return true;
  }

  private boolean in(int offset, int lowest, int highest) {
    if (at + offset >= bytes.length) {
      return false;
    }
    int value = bytes[at + offset] & 0xff;
    return lowest <= value && value <= highest;
  }
}
