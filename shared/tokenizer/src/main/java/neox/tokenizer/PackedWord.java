package neox.tokenizer;

import neox.tokenizer.text.EightBytes;

/// A byte string of 1 to 15 bytes as two longs: its bytes in the order of the text, the first in
/// the lowest bits, and its length in bits 56 to 59 of the second. Different strings are different
/// numbers.
final class PackedWord {
  static final int MAX = 2 * EightBytes.SIZE - 1;
  static final int LENGTH_SHIFT = 56;

  /// Which bits of the first and the second eight bytes belong to a word, by its length.
  private static final long[] LOW_MASKS = new long[MAX + 1];

  private static final long[] HIGH_MASKS = new long[MAX + 1];

  static {
    for (int length = 1; length <= MAX; length++) {
      LOW_MASKS[length] = -1L >>> Math.max(0, Long.SIZE - 8 * length);
      HIGH_MASKS[length] = length <= EightBytes.SIZE ? 0 : -1L >>> (2 * Long.SIZE - 8 * length);
    }
  }

  /// Whether 16 bytes can be read at `from`.
  static boolean hasRoom(byte[] text, int from) {
    return from <= text.length - 2 * EightBytes.SIZE;
  }

  static long lowMask(int length) {
    return LOW_MASKS[length];
  }

  /// The first long of a word.
  static long low(byte[] text, int from, int length) {
    return hasRoom(text, from)
        ? EightBytes.at(text, from) & LOW_MASKS[length]
        : EightBytes.start(text, from, Math.min(length, EightBytes.SIZE));
  }

  /// The second long of a word.
  static long high(byte[] text, int from, int length) {
    return hasRoom(text, from)
        ? high(EightBytes.at(text, from + EightBytes.SIZE), length)
        : EightBytes.start(text, from + EightBytes.SIZE, length - EightBytes.SIZE)
            | (long) length << LENGTH_SHIFT;
  }

  /// The second long of a word whose bytes from the ninth on are in `second`.
  static long high(long second, int length) {
    return (second & HIGH_MASKS[length]) | (long) length << LENGTH_SHIFT;
  }

  /// The first long of a word of which the first eight bytes are in `first`.
  static long low(long first, int length) {
    return first & LOW_MASKS[length];
  }

  /// The topmost bits are good for the number of a slot.
  static long hash(long low, long high) {
    return (low ^ Long.rotateLeft(high * 0xC2B2AE3D27D4EB4FL, 29)) * 0x9E3779B97F4A7C15L;
  }

  private PackedWord() {}
}
