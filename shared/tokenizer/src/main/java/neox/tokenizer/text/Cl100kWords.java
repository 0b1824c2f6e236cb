package neox.tokenizer.text;

import static neox.tokenizer.text.CharacterClass.LETTER;
import static neox.tokenizer.text.CharacterClass.NUMBER;
import static neox.tokenizer.text.CharacterClass.OTHER;
import static neox.tokenizer.text.CharacterClass.SPACE;

/// Cuts UTF-8 text into the words of tiktoken's cl100k_base, one call per word:
/// `'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|
/// \s++$|\s*[\r\n]|\s+(?!\S)|\s`.
public final class Cl100kWords {
  private static final int MOST_DIGITS = 3;

  /// The long s, U+017F, is another case of the letter s.
  private static final int LONG_S = 0x17F;

  /// The end of the word that starts at `at`; always greater than `at`.
  public static int next(byte[] text, int at, int to) {
    byte first = text[at];
    if (first == '\'') {
      int contraction = contraction(text, at + 1, to);
      if (contraction > 0) {
        return at + 1 + contraction;
      }
    }
    int second = at + Utf8.length(first);
    return switch (kind(text, at, to)) {
      case LETTER -> WordSplitter.run(text, second, to, LETTER);
      case NUMBER -> numbers(text, second, to);
      case SPACE -> afterSpace(text, at, second, to);
      default ->
          kind(text, second, to) == LETTER
              ? WordSplitter.run(text, second, to, LETTER)
              : others(text, second, to);
    };
  }

  /// The class of the character at `at`; that of a space behind the end.
  private static byte kind(byte[] text, int at, int to) {
    return at < to ? CharacterClass.of(Utf8.codePoint(text, at, to)) : SPACE;
  }

  private static int numbers(byte[] text, int second, int to) {
    int at = second;
    for (int digits = 1; digits < MOST_DIGITS && kind(text, at, to) == NUMBER; digits++) {
      at += Utf8.length(text[at]);
    }
    return at;
  }

  /// Signs, and the line feeds that follow them.
  private static int others(byte[] text, int from, int to) {
    int at = WordSplitter.run(text, from, to, OTHER);
    while (at < to && isNewLine(text[at])) {
      at++;
    }
    return at;
  }

  private static int afterSpace(byte[] text, int at, int second, int to) {
    byte following = kind(text, second, to);
    if (following == LETTER && !isNewLine(text[at])) {
      return WordSplitter.run(text, second, to, LETTER);
    }
    if (following == OTHER && text[at] == ' ') {
      return others(text, second, to);
    }
    return whiteSpace(text, at, to);
  }

  /// A run of white space ends the text; or goes to its last line feed; or leaves its last
  /// character to the word after it, if it has another.
  private static int whiteSpace(byte[] text, int from, int to) {
    int at = from;
    int last = from;
    int afterNewLine = from;
    while (at < to && kind(text, at, to) == SPACE) {
      last = at;
      at += Utf8.length(text[at]);
      if (isNewLine(text[last])) {
        afterNewLine = at;
      }
    }
    if (at == to) {
      return at;
    }
    if (afterNewLine > from) {
      return afterNewLine;
    }
    return last > from ? last : at;
  }

  private static boolean isNewLine(byte b) {
    return b == '\r' || b == '\n';
  }

  /// How many bytes of a contraction follow an apostrophe.
  private static int contraction(byte[] text, int at, int to) {
    if (at >= to) {
      return 0;
    }
    if (text[at] < 0) {
      return Utf8.codePoint(text, at, to) == LONG_S ? Utf8.length(text[at]) : 0;
    }
    int second = at + 1 < to ? text[at + 1] | 0x20 : 0;
    return switch (text[at] | 0x20) {
      case 's', 'd', 'm', 't' -> 1;
      case 'l' -> second == 'l' ? 2 : 0;
      case 'v', 'r' -> second == 'e' ? 2 : 0;
      default -> 0;
    };
  }

  private Cl100kWords() {}
}
