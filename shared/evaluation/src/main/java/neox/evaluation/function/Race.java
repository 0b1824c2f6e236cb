package neox.evaluation.function;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.python.PythonLiteral;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;

/// RACE (arXiv:1704.04683): several problems about one article, the last of which is asked. The
/// column `problems` is the text of a list in Python.
final class Race {
  private static final String GAP = "  _  .";

  static Value text(Dict document) {
    List<Fields> problems = problems(document);
    StringBuilder text = new StringBuilder("Article: ");
    text.append(Fields.of(document).text("article")).append("\n\n");
    for (Fields problem : problems.subList(0, problems.size() - 1)) {
      appendAnswered(text, problem);
    }
    return Value.of(text.append(problems.getLast().text("question")).toString());
  }

  private static void appendAnswered(StringBuilder text, Fields problem) {
    String question = problem.text("question");
    String answer = options(problem).get(answer(problem));
    if (question.endsWith(GAP)) {
      int gap = question.length() - GAP.length() + 1;
      text.append(question, 0, gap).append(answer).append('\n');
    } else {
      text.append("Question: ").append(question).append("\nAnswer: ").append(answer).append('\n');
    }
  }

  static Value target(Dict document) {
    return Value.Int.of(answer(problems(document).getLast()));
  }

  static Value choices(Dict document) {
    return Fields.listing(options(problems(document).getLast()).subList(0, 4));
  }

  private static int answer(Fields problem) {
    return Letters.index(problem, "answer", "ABCD");
  }

  private static List<String> options(Fields problem) {
    List<String> options = problem.texts("options");
    if (options.size() < 4) {
      throw Fault.of("\"problems.options\" must be four texts, found %d", options.size());
    }
    return options;
  }

  private static List<Fields> problems(Dict document) {
    String literal = PythonText.strip(Fields.of(document).text("problems"));
    Optional<Value> parsed = PythonLiteral.parse(literal).map(Value::of);
    List<Fields> problems = new ArrayList<>();
    if (parsed.isPresent() && parsed.get() instanceof Value.Listing(List<Value> items)) {
      for (Value item : items) {
        if (item instanceof Dict problem) {
          problems.add(new Fields(problem, "problems."));
        }
      }
    }
    if (problems.isEmpty()) {
      throw Fault.of("\"problems\" must be the text of a list of dictionaries in Python");
    }
    return problems;
  }

  private Race() {}
}
