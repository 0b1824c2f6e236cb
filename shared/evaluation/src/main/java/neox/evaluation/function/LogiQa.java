package neox.evaluation.function;

import java.util.List;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Value;

/// LogiQA (arXiv:2007.08124): logical reasoning about a passage.
final class LogiQa {
  private static final String LETTERS = "ABCD";

  static Value text(Dict document) {
    Fields fields = Fields.of(document);
    StringBuilder text = new StringBuilder();
    text.append("Passage: ").append(fields.text("context"));
    text.append("\nQuestion: ").append(fields.text("question")).append("\nChoices:\n");
    List<String> options = fields.texts("options");
    for (int i = 0; i < Math.min(options.size(), LETTERS.length()); i++) {
      text.append(LETTERS.charAt(i)).append(". ").append(options.get(i)).append('\n');
    }
    return Value.of(text.append("Answer:").toString());
  }

  static Value target(Dict document) {
    String label = PythonText.strip(Fields.of(document).text("label"));
    return Value.Int.of(Letters.index(label, "label", "abcd"));
  }

  private LogiQa() {}
}
