package neox.evaluation.function;

import neox.template.value.Dict;
import neox.template.value.Value;

/// PubMedQA (arXiv:1909.06146): a question that an abstract answers.
final class PubMedQa {
  static Value text(Dict document) {
    Fields fields = Fields.of(document);
    return Value.of(
        "Abstract: "
            + String.join("\n", fields.texts("CONTEXTS"))
            + "\nQuestion: "
            + fields.text("QUESTION")
            + "\nAnswer:");
  }

  private PubMedQa() {}
}
