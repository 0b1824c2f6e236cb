package neox.base.json;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Optional;
import java.util.zip.CRC32C;

/// A line of a file that only grows: the CRC-32C of a text, such as JSON on one line, in eight
/// hexadecimal digits, a space, the text, a line feed. A line that a killed process, a full disk or
/// another writer has torn does not fit its sum, and counts as never written.
public final class CheckedLine {
  private static final int TEXT = 9;

  /// The bytes of a line.
  ///
  /// @param text without line feeds
  public static byte[] of(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    byte[] line = new byte[TEXT + utf8.length + 1];
    byte[] sum = sum(utf8, 0, utf8.length).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(sum, 0, line, 0, sum.length);
    line[TEXT - 1] = ' ';
    System.arraycopy(utf8, 0, line, TEXT, utf8.length);
    line[line.length - 1] = '\n';
    return line;
  }

  /// The text of a line without its line feed; empty where it is not what was written.
  public static Optional<String> text(byte[] bytes, int from, int to) {
    if (to - from < TEXT || bytes[from + TEXT - 1] != ' ') {
      return Optional.empty();
    }
    String expected = new String(bytes, from, TEXT - 1, StandardCharsets.ISO_8859_1);
    int length = to - from - TEXT;
    return expected.equals(sum(bytes, from + TEXT, length))
        ? Optional.of(new String(bytes, from + TEXT, length, StandardCharsets.UTF_8))
        : Optional.empty();
  }

  private static String sum(byte[] bytes, int from, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, from, length);
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private CheckedLine() {}
}
