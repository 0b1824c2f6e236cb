package neox.preprocess.encode;

import neox.base.text.TextBytes;
import neox.base.text.Utf8Check;

/// What every row of JSON must be before it is parsed.
public final class RowText {
  /// Refuses what is no UTF-8, or begins with a byte order mark: the one that a file may begin with
  /// does not get here.
  public static void require(byte[] bytes, int start, int end) throws BadRow {
    int invalid = Utf8Check.firstInvalid(bytes, start, end);
    if (invalid >= 0) {
      throw new BadRow(
          "not valid UTF-8: byte 0x%02x in column %d%s",
          bytes[invalid] & 0xff, invalid - start + 1, Utf8Check.hint(bytes, start, end, invalid));
    }
    if (TextBytes.markLength(bytes, start, end) > 0) {
      throw new BadRow("the row begins with a byte order mark (%s)", TextBytes.MARK_HINT);
    }
  }

  private RowText() {}
}
