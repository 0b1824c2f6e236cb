package neox.preprocess;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Well-formedness of UTF-8 (Unicode 16, table 3-7).
final class Utf8 {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long HIGH_BITS = 0x8080808080808080L;

  /// Where the first ill-formed sequence begins; -1 when there is none.
  static int firstInvalid(byte[] bytes, int from, int to) {
    int at = from;
    while (at < to) {
      if (at + Long.BYTES <= to && ((long) LONG.get(bytes, at) & HIGH_BITS) == 0) {
        at += Long.BYTES;
        continue;
      }
      int length = bytes[at] >= 0 ? 1 : sequenceLength(bytes, at, to);
      if (length == 0) {
        return at;
      }
      at += length;
    }
    return -1;
  }

  /// What the text may be instead, for messages; empty when there is no telling.
  ///
  /// @param invalid where the first ill-formed sequence begins
  static String hint(byte[] bytes, int from, int to, int invalid) {
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

  private Utf8() {}
}
