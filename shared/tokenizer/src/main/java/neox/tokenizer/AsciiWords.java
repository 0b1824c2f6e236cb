package neox.tokenizer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Finds the words of up to 64 bytes of ASCII at once, without a branch per byte or word.
///
/// Each class of characters becomes a set of 64 bits, one per byte, eight bytes to a step; then the
/// pattern that [WordSplitter] follows is a few operations on sets.
final class AsciiWords {
  static final int BLOCK = 64;

  private static final long ONES = 0x0101010101010101L;
  private static final long HIGH_BITS = 0x80 * ONES;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /// The words that start with the one at `at`: bit i is set when a word ends just before `at + i`.
  /// Bits are missing from the end, all of them perhaps, where text that is not ASCII follows or
  /// where the 64 bytes end; so the last word is left for the next call.
  ///
  /// @param at where a word starts
  static long ends(byte[] text, int at, int to) {
    long letters = 0;
    long numbers = 0;
    long blanks = 0;
    long spaces = 0;
    long quotes = 0;
    int size = 0;
    int limit = Math.min(BLOCK, Math.min(to - at + Long.BYTES - 1, text.length - at) & -Long.BYTES);
    for (; size < limit; size += Long.BYTES) {
      long bytes = (long) LONGS.get(text, at + size);
      if ((bytes & HIGH_BITS) != 0) {
        break;
      }
      long lower = bytes | 0x20 * ONES;
      letters |= bits(between(lower, 'a', 'z')) << size;
      numbers |= bits(between(bytes, '0', '9')) << size;
      long blank = ~((bytes ^ ' ' * ONES) + 0x7F * ONES);
      blanks |= bits(blank) << size;
      spaces |= bits(blank | between(bytes, '\t', '\r')) << size;
      quotes |= bits(~((bytes ^ '\'' * ONES) + 0x7F * ONES)) << size;
    }
    if (size <= 3) {
      return 0;
    }
    int length = Math.min(size, to - at);
    boolean whole = length == to - at && length < BLOCK;
    return ends(text, at, letters, numbers, blanks, spaces, quotes, length, whole);
  }

  private static long ends(
      byte[] text,
      int at,
      long letters,
      long numbers,
      long blanks,
      long spaces,
      long quotes,
      int length,
      boolean whole) {
    long others = ~(letters | numbers | spaces);
    // A run starts a word, unless a blank before it does.
    long runs =
        (letters & ~(letters << 1)) | (numbers & ~(numbers << 1)) | (others & ~(others << 1));
    long starts = (runs & ~(blanks << 1)) | (spaces & ~(spaces << 1));
    // Of several spaces before something else, the last stands alone or with what follows.
    long lastSpaces = spaces & ~(spaces >>> 1);
    if (whole) {
      lastSpaces &= ~(1L << (length - 1));
    }
    long candidates = quotes & starts & (letters >>> 1);
    starts |= lastSpaces;
    while (candidates != 0) {
      int quote = Long.numberOfTrailingZeros(candidates);
      candidates &= candidates - 1;
      int suffix = WordSplitter.contraction(text, at + quote + 1, at + length);
      if (suffix > 0) {
        starts &= ~(2L << quote);
        starts |= 2L << quote << suffix;
      }
    }
    // Without the end of the text in sight, up to two more characters may decide.
    long known = whole ? 1L << length : 1L << (length - 3);
    return ((starts & (known - 1)) | (whole ? known : 0)) & -2;
  }

  /// Bit 7 of each byte: whether it is between two characters; the bytes must be ASCII.
  private static long between(long bytes, int low, int high) {
    return (bytes + (0x80 - low) * ONES) & ~(bytes + (0x7F - high) * ONES);
  }

  /// Gathers bit 7 of each byte into the lowest eight bits.
  private static long bits(long bytes) {
    return ((bytes & HIGH_BITS) >>> 7) * 0x0102040810204080L >>> 56;
  }

  private AsciiWords() {}
}
