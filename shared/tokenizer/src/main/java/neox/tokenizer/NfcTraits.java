package neox.tokenizer;

import java.nio.charset.StandardCharsets;
import java.text.Normalizer;

/// What normalization form C may do to each character.
final class NfcTraits {
  /// In normal form, and nothing before it can change that.
  static final byte STABLE = 0;

  /// A mark that composes with nothing: one of it stays where it is, several may change places.
  static final byte MARK = 1;

  /// May become something else, by itself or with what stands before it.
  static final byte SUSPECT = 2;

  /// All characters that may change, or are made of such, are in these ranges.
  private static final int[] RANGES = {
    0x00C0, 0x3400, 0xA600, 0xAC00, 0xF900, 0xFB50, 0xFE20, 0xFE30, 0x10000, 0x12000, 0x16000,
    0x17000, 0x1B000, 0x1F000, 0x2F800, 0x2FA20
  };

  private static final int LIMIT = RANGES[RANGES.length - 1];

  /// Marks of the lowest and the highest combining class that others change places with.
  private static final String OVERLAY = "\u0334";

  private static final String ABOVE = "\u0301";

  private static final byte[] TRAITS = traits();

  /// Whether one of the characters that start with this byte is not stable.
  private static final boolean[] SUSPECT_LEADS = suspectLeads();

  static byte of(int codePoint) {
    return codePoint < LIMIT ? TRAITS[codePoint] : STABLE;
  }

  /// Whether a character that starts with this byte may be other than stable.
  static boolean mayStartSuspect(byte lead) {
    return SUSPECT_LEADS[lead & 0xFF];
  }

  private static byte[] traits() {
    byte[] traits = new byte[LIMIT];
    for (int i = 0; i < RANGES.length; i += 2) {
      for (int c = RANGES[i]; c < RANGES[i + 1]; c++) {
        if (Character.isSurrogate((char) c) && c < 0x10000) {
          continue;
        }
        String alone = Character.toString(c);
        if (Nfc.isUnknown(c) || !Normalizer.isNormalized(alone, Normalizer.Form.NFC)) {
          traits[c] = SUSPECT;
          continue;
        }
        if (traits[c] == STABLE && isReordered(alone)) {
          traits[c] = MARK;
        }
        suspectParts(traits, alone);
      }
    }
    for (int c = 0x1100; c < 0x1200; c++) {
      traits[c] = SUSPECT; // the letters of Hangul syllables
    }
    return traits;
  }

  private static boolean isReordered(String mark) {
    return !Normalizer.isNormalized(mark + OVERLAY, Normalizer.Form.NFD)
        || !Normalizer.isNormalized(ABOVE + mark, Normalizer.Form.NFD);
  }

  /// What a character consists of composes with what stands before it.
  private static void suspectParts(byte[] traits, String composed) {
    String parts = Normalizer.normalize(composed, Normalizer.Form.NFD);
    for (int i = parts.offsetByCodePoints(0, 1); i < parts.length(); ) {
      int part = parts.codePointAt(i);
      traits[part] = SUSPECT;
      i += Character.charCount(part);
    }
  }

  private static boolean[] suspectLeads() {
    boolean[] leads = new boolean[256];
    for (int c = 0x80; c < LIMIT; c++) {
      if (TRAITS[c] != STABLE) {
        leads[Character.toString(c).getBytes(StandardCharsets.UTF_8)[0] & 0xFF] = true;
      }
    }
    return leads;
  }

  private NfcTraits() {}
}
