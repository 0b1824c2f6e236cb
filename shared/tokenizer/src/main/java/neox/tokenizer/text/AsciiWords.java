package neox.tokenizer.text;

/// Finds the words of up to 64 bytes of ASCII at once, without a branch per byte or word.
///
/// Each class of characters becomes a set of 64 bits, one per byte, eight bytes to a step; then the
/// pattern that [WordSplitter] follows is a few operations on sets.
public final class AsciiWords {
  public static final int BLOCK = 64;

  /// The words that start with the one at `at`: bit i is set when a word ends just before `at + i`.
  /// Bits are missing from the end, all of them perhaps, where text that is not ASCII follows or
  /// where the 64 bytes end; so the last word is left for the next call.
  ///
  /// @param at where a word starts
  public static long ends(byte[] text, int at, int to) {
    long letters = 0;
    long numbers = 0;
    long blanks = 0;
    long spaces = 0;
    long quotes = 0;
    int size = 0;
    int limit =
        Math.min(
            BLOCK, Math.min(to - at + EightBytes.SIZE - 1, text.length - at) & -EightBytes.SIZE);
    for (; size < limit; size += EightBytes.SIZE) {
      long bytes = EightBytes.at(text, at + size);
      if (!EightBytes.isAscii(bytes)) {
        break;
      }
      long lower = bytes | EightBytes.repeat(0x20);
      letters |= EightBytes.gather(EightBytes.between(lower, 'a', 'z')) << size;
      numbers |= EightBytes.gather(EightBytes.between(bytes, '0', '9')) << size;
      long blank = EightBytes.equal(bytes, ' ');
      blanks |= EightBytes.gather(blank) << size;
      spaces |= EightBytes.gather(blank | EightBytes.between(bytes, '\t', '\r')) << size;
      quotes |= EightBytes.gather(EightBytes.equal(bytes, '\'')) << size;
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

  private AsciiWords() {}
}
