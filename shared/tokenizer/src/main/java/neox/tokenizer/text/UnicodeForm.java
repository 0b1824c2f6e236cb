package neox.tokenizer.text;

import java.text.Normalizer;

/// The normal forms of Unicode as HuggingFace tokenizers makes them: with the tables of Unicode 9.
/// Characters that got a combining class, a composition or a decomposition later stay as they are,
/// and end what is composed before them.
public enum UnicodeForm {
  NFC(Normalizer.Form.NFC, false),
  NFD(Normalizer.Form.NFD, false),
  NFKC(Normalizer.Form.NFKC, true),
  NFKD(Normalizer.Form.NFKD, true);

  /// First and last of the ranges that got a compatible decomposition after Unicode 9.
  private static final int[] LATER_COMPATIBLE = {
    0x32FF, 0x32FF, 0xA7F2, 0xA7F4, 0xAB69, 0xAB69, 0x10781, 0x10785, 0x10787, 0x107B0, 0x107B2,
    0x107BA, 0x1CCD6, 0x1CCF9, 0x1E030, 0x1E06D, 0x1F16C, 0x1F16C, 0x1FBF0, 0x1FBF9
  };

  private final Normalizer.Form form;
  private final boolean compatible;

  UnicodeForm(Normalizer.Form form, boolean compatible) {
    this.form = form;
    this.compatible = compatible;
  }

  public String normalize(String text) {
    if (Normalizer.isNormalized(text, form)) {
      return text;
    }
    StringBuilder normal = new StringBuilder(text.length());
    int start = 0;
    for (int at = 0; at < text.length(); ) {
      int codePoint = text.codePointAt(at);
      int end = at + Character.charCount(codePoint);
      if (isUnknown(codePoint)) {
        normal.append(Normalizer.normalize(text.substring(start, at), form));
        normal.appendCodePoint(codePoint);
        start = end;
      }
      at = end;
    }
    return normal.append(Normalizer.normalize(text.substring(start), form)).toString();
  }

  private boolean isUnknown(int codePoint) {
    return Nfc.isUnknown(codePoint) || (compatible && contains(LATER_COMPATIBLE, codePoint));
  }

  /// Whether one of the ranges has a code point.
  static boolean contains(int[] ranges, int codePoint) {
    if (codePoint < ranges[0]) {
      return false;
    }
    for (int i = 0; i < ranges.length; i += 2) {
      if (codePoint <= ranges[i + 1]) {
        return codePoint >= ranges[i];
      }
    }
    return false;
  }
}
