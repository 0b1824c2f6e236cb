package neox.prepare.sample;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;

class SampleEvaluationTest {
  @Test
  void evaluatesOnStoriesThatTrainingNeverTells() {
    List<String> rows = SampleEvaluation.lambada(1).lines().toList();
    assertThat(rows).hasSize(100);
    for (String row : rows) {
      String text = Json.parse(row, "row").get("text").asText();
      int lastSpace = text.lastIndexOf(' ');
      String target = text.substring(lastSpace + 1);
      assertThat(World.ITEMS).contains(target);
      assertThat(text.substring(0, lastSpace)).contains(target);
    }
    SampleCorpus corpus = new SampleCorpus(1);
    StringBuilder told = new StringBuilder();
    for (int i = 0; i < 5000; i++) {
      told.append(corpus.next()).append('\n');
    }
    String training = told.toString();
    for (World.Person person : World.PEOPLE) {
      for (String item : World.ITEMS) {
        if (World.heldOut(person, item)) {
          assertThat(training).doesNotContain("my " + item + ",” said " + person.name());
        }
      }
    }
  }
}
