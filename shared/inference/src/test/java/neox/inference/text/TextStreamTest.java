package neox.inference.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import neox.tokenizer.Tokenizer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextStreamTest {
  @TempDir private Path directory;

  private Tokenizer bytes() {
    return SmallTokenizers.byteLevel(directory);
  }

  private static String written(TextStream stream, int... tokens) {
    StringBuilder text = new StringBuilder();
    for (int token : tokens) {
      text.append(stream.add(token)).append('|');
    }
    return text.append(stream.end()).toString();
  }

  private String written(String text, String... stops) {
    return written(TextStream.of(bytes(), List.of(stops)), ids(text));
  }

  /// One token for each byte.
  private static int[] ids(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    int[] ids = new int[utf8.length];
    Arrays.setAll(ids, i -> utf8[i] & 0xFF);
    return ids;
  }

  @Test
  void showsCharactersOnceTheirBytesAreThere() {
    assertThat(written("aé\ud83d\ude42b")).isEqualTo("a||é||||\ud83d\ude42|b|");
  }

  @Test
  void holdsBackWhatMayBeTheBeginningOfAStop() {
    assertThat(written("a.b..c...d", "...", "c!")).isEqualTo("a||.b|||..|c||||");
    assertThat(written("a.b..", "...")).isEqualTo("a||.b|||..");
    assertThat(written("ab")).isEqualTo("a|b|");
    assertThat(written("ab", "")).isEqualTo("a|b|");
  }

  @Test
  void cutsAtTheStopThatBeginsFirst() {
    assertThat(written("xEND of", "ND", "END").replace("|", "")).isEqualTo("x");
    assertThat(written("xy\n\nz", "\n").replace("|", "")).isEqualTo("xy");
  }

  @Test
  void saysWhenItIsStopped() {
    TextStream stream = TextStream.of(bytes(), List.of("ab"));
    int[] ids = ids("zab");
    assertThat(stream.add(ids[0]) + stream.add(ids[1])).isEqualTo("z");
    assertThat(stream.isStopped()).isFalse();
    assertThat(stream.add(ids[2])).isEmpty();
    assertThat(stream.isStopped()).isTrue();
    assertThat(stream.add(ids[0])).isEmpty();
    assertThat(stream.end()).isEmpty();
  }

  @Test
  void marksACharacterThatIsNeverComplete() {
    int[] ids = ids("aé");
    assertThat(written(TextStream.of(bytes(), List.of()), ids[0], ids[1])).isEqualTo("a||\uFFFD");
    assertThat(written(TextStream.of(bytes(), List.of("\uFFFD")), ids[0], ids[1])).isEqualTo("a||");
  }

  /// Random texts of few characters with random stops: what is shown is the text up to the first
  /// stop, and nothing is held back longer than the longest stop.
  @Test
  void showsTheTextUpToTheFirstStop() {
    Random random = new Random(6);
    Tokenizer tokenizer = bytes();
    for (int trial = 0; trial < 3000; trial++) {
      List<String> stops =
          Stream.generate(() -> word(random, 1 + random.nextInt(3)))
              .limit(random.nextInt(3))
              .toList();
      String text = word(random, random.nextInt(15));
      TextStream stream = TextStream.of(tokenizer, stops);
      StringBuilder shown = new StringBuilder();
      List<Integer> read = new ArrayList<>();
      for (int id : ids(text)) {
        if (stream.isStopped()) {
          break;
        }
        read.add(id);
        shown.append(stream.add(id));
        int chars = tokenizer.decode(read.stream().mapToInt(each -> each).toArray()).length();
        assertThat(stream.isStopped() || chars - shown.length() <= 3).isTrue();
      }
      shown.append(stream.end());
      assertThat(shown.toString()).as("%s %s", text, stops).isEqualTo(upToFirst(text, stops));
    }
  }

  private static String word(Random random, int length) {
    return Stream.generate(() -> random.nextInt(4) == 0 ? "é" : random.nextBoolean() ? "a" : "b")
        .limit(length)
        .reduce("", String::concat);
  }

  /// Up to the stop that is complete first; of those complete at the same place, the one that
  /// begins first.
  private static String upToFirst(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String seen = text.substring(0, end);
      int first =
          stops.stream()
              .filter(seen::endsWith)
              .mapToInt(s -> seen.length() - s.length())
              .min()
              .orElse(-1);
      if (first >= 0) {
        return seen.substring(0, first);
      }
    }
    return text;
  }
}
