package neox.tokenizer.added;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PairFinderTest {

  @Test
  void missesNoPlaceWhereAStringStands() {
    List<List<String>> sets =
        List.of(
            List.of("<|x|>", "<|y|>"),
            List.of("  ", "<|x|>", "éa", "ab", "ba"),
            List.of("x"),
            List.of("a", "ab"),
            List.of("ab", "bb", "cb", "db", "eb", "fb"));
    Random random = new Random(3);
    for (List<String> set : sets) {
      PairFinder finder =
          new PairFinder(set.stream().map(s -> s.getBytes(StandardCharsets.UTF_8)).toList());
      for (int i = 0; i < 20_000; i++) {
        byte[] text = text(random).getBytes(StandardCharsets.UTF_8);
        int from = random.nextInt(text.length + 1);
        int to = from + random.nextInt(text.length - from + 1);
        int found = finder.next(text, from, to);
        assertThat(found).isBetween(from, to);
        String skipped = new String(text, from, found - from, StandardCharsets.ISO_8859_1);
        for (String wanted : set) {
          byte[] bytes = wanted.getBytes(StandardCharsets.UTF_8);
          assertThat(skipped).doesNotContain(new String(bytes, StandardCharsets.ISO_8859_1));
        }
      }
    }
  }

  @Test
  void stopsAtNothingElseInALongText() {
    PairFinder finder =
        new PairFinder(List.of("<|end|>".getBytes(StandardCharsets.UTF_8), new byte[] {' ', ' '}));
    byte[] text = "a < b and c | d; \u00e9< <a|\ufffd <|end".getBytes(StandardCharsets.UTF_8);
    assertThat(finder.next(text, 0, text.length)).isEqualTo(text.length - 5);
    assertThat(finder.next(text, 0, text.length - 8)).isEqualTo(text.length - 8);
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    int length = random.nextInt(40);
    for (int i = 0; i < length; i++) {
      text.append("ab <|x>é".charAt(random.nextInt(8)));
    }
    return text.toString();
  }
}
