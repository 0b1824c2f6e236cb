package neox.data.fim;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/// A part of a text in its new order.
sealed interface Part {
  int length();

  /// What announces the part that follows.
  record Sentinel(int token) implements Part {
    @Override
    public int length() {
      return 1;
    }
  }

  /// Tokens of the text in its own order.
  ///
  /// @param to after the last of them
  record Tokens(int from, int to) implements Part {
    @Override
    public int length() {
      return to - from;
    }
  }

  /// A text of `length` tokens in its new order.
  ///
  ///     PSM: <prefix> prefix <suffix> suffix <middle> middle
  ///     SPM: <prefix> <suffix> suffix <middle> prefix middle   (the paper's second variant)
  static List<Part> inOrder(Cut cut, int length, Sentinels sentinels) {
    Part prefix = new Tokens(0, cut.first());
    Part middle = new Tokens(cut.first(), cut.second());
    Part suffix = new Tokens(cut.second(), length);
    Part beforePrefix = new Sentinel(sentinels.prefix());
    Part beforeMiddle = new Sentinel(sentinels.middle());
    Part beforeSuffix = new Sentinel(sentinels.suffix());
    return cut.suffixFirst()
        ? List.of(beforePrefix, beforeSuffix, suffix, beforeMiddle, prefix, middle)
        : List.of(beforePrefix, prefix, beforeSuffix, suffix, beforeMiddle, middle);
  }

  /// A text in its new order.
  static int[] arrange(int[] content, Cut cut, Sentinels sentinels) {
    return inOrder(cut, content.length, sentinels).stream()
        .flatMapToInt(part ->
            switch (part) {
              case Sentinel(int token) -> IntStream.of(token);
              case Tokens(int from, int to) -> Arrays.stream(content, from, to);
            })
        .toArray();
  }
}
