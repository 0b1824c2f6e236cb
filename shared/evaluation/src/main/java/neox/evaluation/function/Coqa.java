package neox.evaluation.function;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleBiFunction;
import neox.python.PythonCase;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;

/// CoQA (arXiv:1808.07042): the last question of a conversation about a story.
final class Coqa {
  static Value text(Dict document) {
    Fields fields = Fields.of(document);
    StringBuilder text = new StringBuilder(fields.text("story")).append("\n\n");
    List<String> questions = fields.object("questions").texts("input_text");
    List<String> answers = fields.object("answers").texts("input_text");
    for (int i = 0; i < questions.size(); i++) {
      text.append("Q: ").append(questions.get(i)).append("\n\n");
      text.append(i < answers.size() - 1 ? "A: " + answers.get(i) + "\n\n" : "A:");
    }
    return Value.of(text.toString());
  }

  static Value target(Dict document) {
    return Fields.listing(answers(document));
  }

  /// All that people answered to the last question, once each when case is ignored.
  private static List<String> answers(Dict document) {
    Fields fields = Fields.of(document);
    int turn = fields.object("questions").texts("input_text").size() - 1;
    List<String> answers = new ArrayList<>();
    answers.add(answer(fields.object("answers"), turn));
    if (document.get("additional_answers").orElse(Value.None.NONE) instanceof Dict others) {
      Fields additional = new Fields(others, "additional_answers.");
      for (Value key : others.keys()) {
        if (key instanceof Value.Text(String name, _)) {
          String answer = answer(additional.object(name), turn);
          String lower = PythonCase.lower(answer);
          if (answers.stream().noneMatch(known -> PythonCase.lower(known).equals(lower))) {
            answers.add(answer);
          }
        }
      }
    }
    return answers;
  }

  private static String answer(Fields answers, int turn) {
    List<String> texts = answers.texts("input_text");
    if (turn < 0 || turn >= texts.size()) {
      throw Fault.of("\"questions\" has %d turns, an answer has %d", turn + 1, texts.size());
    }
    return texts.get(turn);
  }

  static Dict score(Dict document, List<Value> results) {
    List<String> right = answers(document);
    String written = Written.of(results);
    String line = PythonText.split(PythonText.strip(written), "\n", -1).getFirst();
    return new Dict.Builder()
        .put("em", new Value.Real(score(right, line, AnswerText::exact)))
        .put("f1", new Value.Real(score(right, line, AnswerText::f1)))
        .build();
  }

  /// The mean, over all answers of people, of the best score against the other ones: a person is
  /// judged in the same way.
  private static double score(
      List<String> right, String written, ToDoubleBiFunction<String, String> measure) {
    double sum = 0;
    for (int left = 0; left < right.size(); left++) {
      double best = 0;
      for (int i = 0; i < right.size(); i++) {
        if (i != left || right.size() == 1) {
          best = Math.max(best, measure.applyAsDouble(right.get(i), written));
        }
      }
      sum += best;
    }
    return sum / right.size();
  }

  private Coqa() {}
}
