package neox.tokenizer.text;

import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Cuts UTF-8 into the words that a regular expression finds, for vocabularies whose words are not
/// those of [WordSplitter].
public final class PatternWords {
  /// Receives one word after the other.
  public interface Sink {
    /// The word is `[from, to)` of the bytes that are cut.
    void word(int from, int to);
  }

  /// Cuts `utf8[from, to)`.
  public static void split(Pattern pattern, byte[] utf8, int from, int to, Sink sink) {
    String text = new String(utf8, from, to - from, StandardCharsets.UTF_8);
    Matcher matcher = pattern.matcher(text);
    int at = 0;
    int byteAt = from;
    while (matcher.find()) {
      int start = byteAt + bytes(text, at, matcher.start());
      at = matcher.end();
      byteAt = start + bytes(text, matcher.start(), at);
      sink.word(start, byteAt);
    }
  }

  /// The length in UTF-8; each half of a surrogate pair counts two of its four bytes.
  private static int bytes(String text, int from, int to) {
    int bytes = 0;
    for (int i = from; i < to; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        bytes++;
      } else if (c < 0x800 || Character.isSurrogate(c)) {
        bytes += 2;
      } else {
        bytes += 3;
      }
    }
    return bytes;
  }

  private PatternWords() {}
}
