package neox.data.fim;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Stream;
import neox.tokenizer.Tokenizer;

/// A text that can be cut between any two characters: one whose tokens are exactly those that the
/// tokenizer makes of it. Not so where a sample begins or ends within a character or a word.
///
/// @param points code points of the text
/// @param length how many tokens of the text are kept
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record TextCut(int[] points, int length, Tokenizer tokenizer) {

  /// The text of the first `length` tokens, or of a few more where those end within a character;
  /// empty where none of these gives the same tokens again.
  static Optional<TextCut> of(int[] tokens, int length, Tokenizer tokenizer) {
    for (int end = length; end <= tokens.length; end++) {
      int[] own = Arrays.copyOf(tokens, end);
      String text = tokenizer.decode(own);
      if (hasOnlyWholeCharacters(text) && Arrays.equals(tokenizer.encode(text), own)) {
        return Optional.of(new TextCut(text.codePoints().toArray(), length, tokenizer));
      }
    }
    return Optional.empty();
  }

  private static boolean hasOnlyWholeCharacters(String text) {
    return text.codePoints().noneMatch(point -> point >= 0xd800 && point < 0xe000);
  }

  /// The text in its new order, `length` tokens and those of the sentinels: what is more is left
  /// out at the end of the suffix. Empty where the suffix is too short for that.
  Optional<int[]> reordered(Draws draws, double spmRate, Sentinels sentinels) {
    Cut cut = Cut.draw(draws, spmRate, points.length);
    int[] prefix = encode(0, cut.first());
    int[] middle = encode(cut.first(), cut.second());
    int[] suffix = encode(cut.second(), points.length);
    int kept = length - prefix.length - middle.length;
    if (kept < 0 || kept > suffix.length) {
      return Optional.empty();
    }
    int[] content =
        Stream.of(prefix, middle, Arrays.copyOf(suffix, kept))
            .flatMapToInt(Arrays::stream)
            .toArray();
    int second = prefix.length + middle.length;
    return Optional.of(
        Part.arrange(content, new Cut(cut.suffixFirst(), prefix.length, second), sentinels));
  }

  private int[] encode(int from, int to) {
    return from == to ? new int[0] : tokenizer.encode(new String(points, from, to - from));
  }
}
