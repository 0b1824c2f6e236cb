package neox.tokenizer.text;

import static neox.tokenizer.text.CharacterClass.SPACE;

/// Cuts UTF-8 text into the words of GPT-2's pattern, one call per word: `'s|'t|'re|'ve|'m|'ll|'d|
/// ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`.
public final class WordSplitter {
  /// The first lead bytes of characters of two and of three bytes.
  private static final byte LEAD_OF_TWO = (byte) 0xC0;

  private static final byte LEAD_OF_THREE = (byte) 0xE0;

  /// The end of the word that starts at `at`; always greater than `at`.
  public static int next(byte[] text, int at, int to) {
    byte first = text[at];
    if (first == '\'') {
      int contraction = contraction(text, at + 1, to);
      if (contraction > 0) {
        return at + 1 + contraction;
      }
    }
    int start = first == ' ' && at + 1 < to ? at + 1 : at;
    int kind = CharacterClass.of(Utf8.codePoint(text, start, to));
    return kind == SPACE ? whiteSpace(text, at, to) : run(text, start, to, kind);
  }

  /// How many bytes of a contraction follow an apostrophe.
  static int contraction(byte[] text, int at, int to) {
    if (at >= to) {
      return 0;
    }
    byte second = at + 1 < to ? text[at + 1] : 0;
    return switch (text[at]) {
      case 's', 't', 'm', 'd' -> 1;
      case 'r', 'v' -> second == 'e' ? 2 : 0;
      case 'l' -> second == 'l' ? 2 : 0;
      default -> 0;
    };
  }

  /// Where the run of one class ends.
  static int run(byte[] text, int from, int to, int kind) {
    int at = from;
    while (at < to) {
      int b = text[at];
      if (b >= 0) {
        if (CharacterClass.of(b) != kind) {
          return at;
        }
        at++;
      } else if (b >= LEAD_OF_TWO && b < LEAD_OF_THREE && at + 1 < to) {
        if (CharacterClass.of((b & 0x1F) << 6 | (text[at + 1] & 0x3F)) != kind) {
          return at;
        }
        at += 2;
      } else {
        if (CharacterClass.of(Utf8.codePoint(text, at, to)) != kind) {
          return at;
        }
        at += Utf8.length((byte) b);
      }
    }
    return Math.min(at, to);
  }

  /// `\s+(?!\S)|\s+`: a run leaves its last character to the word after it, if it has another.
  private static int whiteSpace(byte[] text, int from, int to) {
    int at = from;
    int last = from;
    while (at < to && CharacterClass.of(Utf8.codePoint(text, at, to)) == SPACE) {
      last = at;
      at += Utf8.length(text[at]);
    }
    return at < to && last > from ? last : at;
  }

  private WordSplitter() {}
}
