package neox.tokenizer.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// The set of word ends against the splitter that takes one word at a time.
class AsciiWordsTest {
  private static final String[] PIECES = {
    "a", "Z", "z", "A", "@", "[", "`", "{", "0", "9", "/", ":", " ", " ", "  ", "\t", "\n", "\r",
    "\u000b", "\u001f", "\u007f", "\u0000", "'", "'s", "'ll", "'re", "'ve", "'l", "'d", "'m", "'t",
    "''", "word", "1234", "...", "é", "\u00a0", "你", "🙂"
  };

  @Test
  void findsTheWordsThatTheSplitterFinds() {
    Random random = new Random(7);
    for (int i = 0; i < 60_000; i++) {
      StringBuilder text = new StringBuilder();
      int kinds = 1 + random.nextInt(PIECES.length);
      int pieces = random.nextInt(90);
      for (int p = 0; p < pieces; p++) {
        text.append(PIECES[random.nextInt(kinds)]);
      }
      check(text.toString().getBytes(StandardCharsets.UTF_8), random);
    }
  }

  @Test
  void seesAllOfAShortTextBetweenOtherBytes() {
    byte[] text = "xxI'll go, 12 times  now.xxxxxxxxxxxxxxxxx".getBytes(StandardCharsets.UTF_8);
    assertThat(places(AsciiWords.ends(text, 2, 25)))
        .containsExactly(1, 4, 7, 8, 11, 17, 18, 22, 23);
  }

  @Test
  void leavesUndecidedWhatMoreTextMayChange() {
    byte[] text = ("a".repeat(60) + " b  ").getBytes(StandardCharsets.UTF_8);
    assertThat(places(AsciiWords.ends(text, 0, 64))).containsExactly(60);
    byte[] other = "abc de\u00e9 fghijk".getBytes(StandardCharsets.UTF_8);
    assertThat(places(AsciiWords.ends(other, 0, other.length))).isEmpty();
  }

  private static void check(byte[] text, Random random) {
    int from = text.length == 0 ? 0 : random.nextInt(text.length);
    int to = random.nextBoolean() ? text.length : from + random.nextInt(text.length - from + 1);
    List<Integer> expected = new ArrayList<>();
    for (int at = from; at < to; ) {
      at = WordSplitter.next(text, at, to);
      expected.add(at);
    }
    List<Integer> found = new ArrayList<>();
    int at = from;
    while (at < to) {
      int start = at;
      for (int place : places(AsciiWords.ends(text, start, to))) {
        at = start + place;
        found.add(at);
      }
      if (at == start) {
        at = WordSplitter.next(text, at, to);
        found.add(at);
      }
    }
    assertThat(found).as(new String(text, StandardCharsets.UTF_8)).isEqualTo(expected);
  }

  private static List<Integer> places(long set) {
    List<Integer> places = new ArrayList<>();
    for (long rest = set; rest != 0; rest &= rest - 1) {
      places.add(Long.numberOfTrailingZeros(rest));
    }
    return places;
  }
}
