package neox.prepare.sample;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.json.Json;

/// Evaluation sets about the same [World], in the schemas of the public ones, as JSON lines.
///
/// The stories are about people and things that no training story brings together.
final class SampleEvaluation {
  static final int ROWS = 100;
  private static final long STREAM = 0x5eed; // apart from the stream of the training text

  /// LAMBADA: the last word follows from the beginning of the text alone.
  static String lambada(long seed) {
    Dice dice = new Dice(seed ^ STREAM);
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      Story story = Story.tell(dice, Story.Use.EVALUATION);
      rows.append(Json.line(Map.of("text", story.text().substring(0, story.foundEnd()))));
      rows.append('\n');
    }
    return rows.toString();
  }

  /// SciQ: a question, the right answer and three wrong ones; two rows in five tell the fact first.
  static String sciq(long seed) {
    Dice dice = new Dice(seed ^ (STREAM + 1));
    StringBuilder rows = new StringBuilder();
    for (int i = 0; i < ROWS; i++) {
      Fact fact = Fact.about(World.ANIMALS.get(i % World.ANIMALS.size()), dice);
      List<String> wrong = new ArrayList<>(fact.others());
      dice.shuffle(wrong);
      Map<String, String> row = new LinkedHashMap<>();
      row.put("question", fact.question());
      row.put("distractor1", wrong.get(0));
      row.put("distractor2", wrong.get(1));
      row.put("distractor3", wrong.get(2));
      row.put("correct_answer", fact.answer());
      row.put("support", i % 5 < 2 ? fact.sentence() : "");
      rows.append(Json.line(row)).append('\n');
    }
    return rows.toString();
  }

  /// Beginnings for `neox-generate`, one per line.
  static String prompts() {
    return """
    Once upon a time, Mira lived in
    Tom lived in a small town. He had a golden
    Otters live in the
    “Where is the lantern?” asked Rosa.
    Hugo had two pears. Nora gave
    What do owls eat?
    One winter day the drum was gone.
    """;
  }

  private SampleEvaluation() {}
}
