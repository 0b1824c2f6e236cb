package neox.base.text;

/// Well-formedness of UTF-8 (Unicode 16, table 3-7).
public final class Utf8Check {
  private static final int STEP = 8;

  /// Where the first ill-formed sequence begins; -1 when there is none.
  public static int firstInvalid(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      if (at + STEP <= to && isAscii(bytes, at)) {
        at += STEP;
        continue;
      }
      while (at < to && bytes[at] >= 0) {
        at++;
      }
      while (at < to && bytes[at] < 0) { // text that is not ASCII comes in runs
        int length = sequenceLength(bytes, at, to);
        if (length == 0) {
          return at;
        }
        at += length;
      }
    }
    return -1;
  }

  /// Whether all of the next bytes are ASCII. Plain loads: a handle that reads them as one long is
  /// slow until it is compiled, and this also checks files that are read once, at the start.
  private static boolean isAscii(byte[] bytes, int at) {
    int first = bytes[at] | bytes[at + 1] | bytes[at + 2] | bytes[at + 3];
    int second = bytes[at + 4] | bytes[at + 5] | bytes[at + 6] | bytes[at + 7];
    return (first | second) >= 0;
  }

  /// What the text may be instead, for messages; empty when there is no telling.
  ///
  /// @param invalid where the first ill-formed sequence begins
  public static String hint(byte[] bytes, int from, int to, int invalid) {
    int first = bytes[invalid] & 0xff;
    int next = invalid + 1 < to ? bytes[invalid + 1] & 0xff : 0;
    if (invalid == from && (first << 8 | next) >= 0xfeff && first + next == 0x1fd) {
      return "; the file looks like UTF-16 (iconv -f UTF-16 -t UTF-8 converts it)";
    }
    boolean letter = first >= 0xc0 && first <= 0xfc;
    return letter && next >= ' ' && next < 0x80
        ? "; the file may be Latin-1 (iconv -f LATIN1 -t UTF-8 converts it)"
        : "";
  }

  /// Bytes of the multi-byte sequence at `at`, or 0 when it is ill-formed.
  private static int sequenceLength(byte[] bytes, int at, int to) {
    int lead = bytes[at] & 0xff;
    int length = lead < 0xc2 || lead > 0xf4 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (length == 0 || at + length > to) {
      return 0;
    }
    int second = bytes[at + 1] & 0xff;
    int low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    int high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (second < low || second > high) {
      return 0;
    }
    for (int i = 2; i < length; i++) {
      if ((bytes[at + i] & 0xc0) != 0x80) {
        return 0;
      }
    }
    return length;
  }

  private Utf8Check() {}
}
