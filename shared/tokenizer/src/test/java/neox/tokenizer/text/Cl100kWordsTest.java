package neox.tokenizer.text;

import static java.util.regex.Pattern.UNICODE_CHARACTER_CLASS;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class Cl100kWordsTest {
  /// Java's `$` would also stand before a last line feed, so it is `\z` here.
  private static final Pattern PATTERN =
      Pattern.compile(
          "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}+"
              + "| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++\\z|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
          UNICODE_CHARACTER_CLASS);

  private static final String[] PIECES = {
    " ", " ", "\n", "\r", "\t", "\u00a0", "\u2003", "'", "s", "S", "\u017f", "ll", "L", "vE", "re",
    "a", "é", "漢", "1", "²", "٣", ".", "-", "!", "😀", "\u0301", "\u001f", "\u0085", "\u212a"
  };

  @Test
  void cutsWhereThePatternCuts() {
    Random random = new Random(11);
    for (int i = 0; i < 200_000; i++) {
      StringBuilder text = new StringBuilder();
      for (int n = 1 + random.nextInt(12); n > 0; n--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
      }
      String given = text.toString();
      List<String> expected = new ArrayList<>();
      PATTERN.matcher(given).results().forEach(match -> expected.add(match.group()));
      assertThat(words(given)).as(given).isEqualTo(expected);
    }
  }

  private static List<String> words(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    List<String> words = new ArrayList<>();
    for (int at = 0; at < utf8.length; ) {
      int end = Cl100kWords.next(utf8, at, utf8.length);
      words.add(new String(utf8, at, end - at, StandardCharsets.UTF_8));
      at = end;
    }
    return words;
  }
}
