package neox.tokenizer.text;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// The printable character that stands for each byte in byte-level vocabularies (GPT-2's table).
///
/// Bytes that print in Latin-1 stand for themselves; the others take the characters from U+0100 on,
/// in order. So a space is written `Ġ`.
public final class ByteAlphabet {
  public static final int SIZE = 256;
  private static final char[] CHARACTERS = characters();
  private static final short[] BYTES = bytes();

  private static char[] characters() {
    char[] table = new char[SIZE];
    int next = 0x100;
    for (int b = 0; b < SIZE; b++) {
      boolean printable = (b >= '!' && b <= '~') || (b >= 0xA1 && b != 0xAD);
      table[b] = (char) (printable ? b : next++);
    }
    return table;
  }

  private static short[] bytes() {
    short[] table = new short[0x200];
    Arrays.fill(table, (short) -1);
    for (int b = 0; b < SIZE; b++) {
      table[CHARACTERS[b]] = (short) b;
    }
    return table;
  }

  /// The character that stands for a byte.
  public static char character(int unsignedByte) {
    return CHARACTERS[unsignedByte];
  }

  /// The bytes that a spelled token stands for; its plain UTF-8 when it has a character outside the
  /// alphabet (so do added tokens with spaces).
  public static byte[] bytesOf(String token) {
    byte[] utf8 = token.getBytes(StandardCharsets.UTF_8);
    return bytesOf(utf8, 0, utf8.length);
  }

  /// The same for the token that `utf8[from, to)` spells.
  public static byte[] bytesOf(byte[] utf8, int from, int to) {
    byte[] bytes = new byte[to - from];
    int size = 0;
    for (int at = from; at < to; at += Utf8.length(utf8[at])) {
      int c = Utf8.codePoint(utf8, at, to);
      if (c >= BYTES.length || BYTES[c] < 0) {
        return Arrays.copyOfRange(utf8, from, to);
      }
      bytes[size++] = (byte) BYTES[c];
    }
    return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
  }

  private ByteAlphabet() {}
}
