package neox.tokenizer;

import java.nio.charset.StandardCharsets;

/// The printable character that stands for each byte in byte-level vocabularies (GPT-2's table).
///
/// Bytes that print in Latin-1 stand for themselves; the others take the characters from U+0100 on,
/// in order. So a space is written `Ġ`.
final class ByteAlphabet {
  static final int SIZE = 256;
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
    java.util.Arrays.fill(table, (short) -1);
    for (int b = 0; b < SIZE; b++) {
      table[CHARACTERS[b]] = (short) b;
    }
    return table;
  }

  /// The character that stands for a byte.
  static char character(int unsignedByte) {
    return CHARACTERS[unsignedByte];
  }

  /// The bytes that a spelled token stands for; its plain UTF-8 when it has a character outside the
  /// alphabet (so do added tokens with spaces).
  static byte[] bytesOf(String token) {
    return bytesOf(token.toCharArray(), 0, token.length());
  }

  /// The same for the token `characters[from, to)`.
  static byte[] bytesOf(char[] characters, int from, int to) {
    byte[] bytes = new byte[to - from];
    for (int i = 0; i < bytes.length; i++) {
      char c = characters[from + i];
      if (c >= BYTES.length || BYTES[c] < 0) {
        return new String(characters, from, to - from).getBytes(StandardCharsets.UTF_8);
      }
      bytes[i] = (byte) BYTES[c];
    }
    return bytes;
  }

  private ByteAlphabet() {}
}
