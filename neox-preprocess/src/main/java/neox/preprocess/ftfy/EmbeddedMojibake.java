package neox.preprocess.ftfy;

import java.util.function.UnaryOperator;

/// Finds stretches of characters that look like the bytes of UTF-8 sequences, read in one of the
/// encodings derived from Latin-1.
final class EmbeddedMojibake {
  private final CodePointSet leadsTwo;
  private final CodePointSet leadsThree;
  private final CodePointSet leadsFour;
  private final CodePointSet continues;
  private final CodePointSet onlyContinues;

  EmbeddedMojibake(Tables tables) {
    this.leadsTwo = tables.set("first_of_2");
    this.leadsThree = tables.set("first_of_3");
    this.leadsFour = tables.set("first_of_4");
    this.continues = tables.set("continuation");
    this.onlyContinues = tables.set("continuation_strict");
  }

  /// Rewrites every stretch that does not follow a character which is a continuation for sure:
  /// there a larger garble would only be mended in part.
  String replace(String text, UnaryOperator<String> rewrite) {
    StringBuilder out = new StringBuilder(text.length());
    int copied = 0;
    for (int i = 0; i < text.length(); ) {
      boolean free = i == 0 || !onlyContinues.contains(text.charAt(i - 1));
      int end = free ? stretchEnd(text, i) : i;
      if (end == i) {
        i++;
        continue;
      }
      out.append(text, copied, i).append(rewrite.apply(text.substring(i, end)));
      copied = end;
      i = end;
    }
    return out.append(text, copied, text.length()).toString();
  }

  private int stretchEnd(String text, int from) {
    int end = from;
    for (int length = sequenceLength(text, end); length > 0; length = sequenceLength(text, end)) {
      end += length;
    }
    return end;
  }

  private int sequenceLength(String text, int at) {
    if (at == text.length()) {
      return 0;
    }
    char lead = text.charAt(at);
    int continuations = 0;
    while (continuations < 3
        && at + continuations + 1 < text.length()
        && continues.contains(text.charAt(at + continuations + 1))) {
      continuations++;
    }
    if (continuations >= 1 && leadsTwo.contains(lead)) {
      return 2;
    }
    if (continuations >= 2 && leadsThree.contains(lead)) {
      return 3;
    }
    return continuations >= 3 && leadsFour.contains(lead) ? 4 : 0;
  }
}
