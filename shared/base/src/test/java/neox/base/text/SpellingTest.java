package neox.base.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpellingTest {
  @ParameterizedTest
  @CsvSource({
    "ab,ab,0",
    "ab,ba,1",
    "abc,ac,1",
    "ac,abc,1",
    "abc,adc,1",
    "abcd,badc,2",
    "'',abc,3",
    "kitten,sitting,3"
  })
  void countsEditsAndSwaps(String a, String b, int distance) {
    assertThat(Spelling.distance(a, b)).isEqualTo(distance);
    assertThat(Spelling.distance(b, a)).isEqualTo(distance);
  }

  @Test
  void findsTheNearestWordWithinReach() {
    List<String> words = List.of("piqa", "sciq", "arc_easy");
    assertThat(Spelling.nearest("sicq", words, 1)).contains("sciq");
    assertThat(Spelling.nearest("arc", words, 3)).isEmpty();
    assertThat(Spelling.nearest("arc_ez", words, 3)).contains("arc_easy");
  }

  @Test
  void prefersTheFirstInTheAlphabetOfEquallyNearWords() {
    assertThat(Spelling.nearest("bat", List.of("hat", "cat"), 1)).contains("cat");
  }
}
