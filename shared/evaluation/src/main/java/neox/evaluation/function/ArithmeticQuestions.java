package neox.evaluation.function;

import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Value;

/// Arithmetic (arXiv:2005.14165, 3.9.1) in the harness's words.
final class ArithmeticQuestions {
  static Dict process(Dict document) {
    Fields fields = Fields.of(document);
    String context =
        PythonText.strip(fields.text("context"))
            .replace("\n\n", "\n")
            .replace("Q:", "Question:")
            .replace("A:", "Answer:");
    return fields.changed().put("context", Value.of(context)).build();
  }

  private ArithmeticQuestions() {}
}
