package neox.prepare.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class SampleCorpusTest {
  private static final Pattern SUM =
      Pattern.compile(
          "had (\\w+) (\\w+)\\. \\w+ gave (\\w+) more to \\w+\\. Now \\w+ had (\\w+) (\\w+)\\.");

  @Test
  void documentsVaryAndStayShort() {
    SampleCorpus corpus = new SampleCorpus(1);
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 5000; i++) {
      String text = corpus.next();
      assertThat(text).isNotBlank().hasSizeLessThan(600);
      seen.add(text);
    }
    assertThat(seen).hasSizeGreaterThan(4000);
  }

  @Test
  void sumsAreRight() {
    SampleCorpus corpus = new SampleCorpus(1);
    int sums = 0;
    for (int i = 0; i < 5000; i++) {
      Matcher sum = SUM.matcher(corpus.next());
      if (sum.find()) {
        int total = number(sum.group(4));
        assertThat(number(sum.group(1)) + number(sum.group(3))).isEqualTo(total);
        assertThat(sum.group(2).endsWith("s")).isEqualTo(number(sum.group(1)) != 1);
        sums++;
      }
    }
    assertThat(sums).isGreaterThan(100);
  }

  @Test
  void articlesAndListsAgree() {
    assertThat(Words.a("owl")).isEqualTo("an owl");
    assertThat(Words.a("drum")).isEqualTo("a drum");
    assertThat(Words.count(1, "plum")).isEqualTo("one plum");
    assertThat(Words.count(4, "plum")).isEqualTo("four plums");
    assertThat(Words.list(java.util.List.of("x", "y", "z"))).isEqualTo("x, y and z");
  }

  @Test
  void aStoryIsCutAfterTheThingThatWasFound() {
    Story story = Story.tell(new Dice(4), Story.Use.TRAINING);
    assertThat(story.text().charAt(story.foundEnd())).isEqualTo('.');
    String before = story.text().substring(0, story.foundEnd());
    assertThat(World.ITEMS).anyMatch(before::endsWith);
  }

  private static int number(String word) {
    return World.NUMBERS.indexOf(word);
  }
}
