package neox.tokenizer.text;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/// Unicode normalization form C, as HuggingFace's `NFC` normalizer does it.
///
/// HuggingFace's tables are those of Unicode 9: characters that were given a combining class or a
/// composition later stay where they are and end whatever is composed before them.
public final class Nfc {
  /// First and last code points of the ranges that Unicode 9 leaves alone and the JDK does not.
  private static final int[] UNKNOWN = {
    0x07FD, 0x07FD, 0x0897, 0x089F, 0x08CA, 0x08D3, 0x09FE, 0x09FE, 0x0C3C, 0x0C3C, 0x0D3B, 0x0D3C,
    0x0EBA, 0x0EBA, 0x1715, 0x1715, 0x1ABF, 0x1ACE, 0x1DF6, 0x1DFA, 0xA82C, 0xA82C, 0x105C0,
    0x105FF, 0x10D24, 0x10D27, 0x10D69, 0x10D6D, 0x10EAB, 0x10EAC, 0x10EFD, 0x10EFF, 0x10F46,
    0x10F50, 0x10F82, 0x10F85, 0x11070, 0x11070, 0x1133B, 0x1133B, 0x11380, 0x113FF, 0x1145E,
    0x1145E, 0x11839, 0x1183A, 0x11930, 0x11930, 0x11935, 0x11935, 0x11938, 0x11938, 0x1193D,
    0x1193E, 0x11943, 0x11943, 0x119E0, 0x119E0, 0x11A34, 0x11A34, 0x11A47, 0x11A47, 0x11A99,
    0x11A99, 0x11D42, 0x11D42, 0x11D44, 0x11D45, 0x11D97, 0x11D97, 0x11F41, 0x11F42, 0x16100,
    0x1613F, 0x16D40, 0x16D7F, 0x16FF0, 0x16FF1, 0x1E08F, 0x1E08F, 0x1E130, 0x1E136, 0x1E2AE,
    0x1E2AE, 0x1E2EC, 0x1E2EF, 0x1E4EC, 0x1E4EF, 0x1E5EE, 0x1E5EF
  };

  /// Where in `text[from, to)` the first character stands that may change, or `to`.
  public static int firstSuspect(byte[] text, int from, int to) {
    int follower = -1; // where one ends that stays as it is unless another comes after it
    int at = from;
    while (at < to) {
      if (at + EightBytes.SIZE <= to && EightBytes.isAscii(EightBytes.at(text, at))) {
        at += EightBytes.SIZE;
        continue;
      }
      if (!NfcTraits.mayStartSuspect(text[at])) {
        at++;
        continue;
      }
      int codePoint = Utf8.codePoint(text, at, to);
      int end = at + Utf8.length(text[at]);
      if (!NfcTraits.isBoundary(codePoint)) {
        if (follower == at || !stays(NfcTraits.of(codePoint), text, from, at)) {
          return start(text, from, at);
        }
        follower = end;
      }
      at = end;
    }
    return to;
  }

  /// Whether a character of that trait, with no other such before it, stays as it is.
  private static boolean stays(byte trait, byte[] text, int from, int at) {
    if (trait == NfcTraits.FOLLOWER && at > from) {
      int before = Utf8.previous(text, from, at);
      return NfcTraits.of(Utf8.codePoint(text, before, at)) == NfcTraits.INERT;
    }
    return trait == NfcTraits.MARK;
  }

  /// Where the last character before `at` stands that changes with nothing before it; `from` when
  /// there is none.
  private static int start(byte[] text, int from, int at) {
    int start = at;
    while (start > from) {
      start = Utf8.previous(text, from, start);
      if (NfcTraits.isBoundary(Utf8.codePoint(text, start, at))) {
        break;
      }
    }
    return start;
  }

  /// Where the first character after `at` stands that changes with nothing before it.
  private static int nextBoundary(byte[] text, int at, int to) {
    int end = at + Utf8.length(text[at]);
    while (end < to && !NfcTraits.isBoundary(Utf8.codePoint(text, end, to))) {
      end += Utf8.length(text[end]);
    }
    return Math.min(end, to);
  }

  /// The normal form of `text[from, to)` in a new array. Only suspect characters and those before
  /// them take the way through strings.
  public static byte[] normalize(byte[] text, int from, int to) {
    ByteArrayOutputStream normal = new ByteArrayOutputStream(to - from + 64);
    int at = from;
    while (at < to) {
      int suspect = firstSuspect(text, at, to);
      normal.write(text, at, suspect - at);
      at = suspect;
      if (at < to) {
        int end = nextBoundary(text, at, to);
        String part = new String(text, at, end - at, StandardCharsets.UTF_8);
        normal.writeBytes(normalize(part).getBytes(StandardCharsets.UTF_8));
        at = end;
      }
    }
    return normal.toByteArray();
  }

  public static String normalize(String text) {
    return UnicodeForm.NFC.normalize(text);
  }

  static boolean isUnknown(int codePoint) {
    return UnicodeForm.contains(UNKNOWN, codePoint);
  }

  private Nfc() {}
}
