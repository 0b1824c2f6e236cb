package neox.evaluation.function;

import java.util.List;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;

/// WinoGrande (arXiv:1907.10641): a sentence with a gap `_` and two names for it. Either name
/// completes what stands before the gap; what follows is scored.
final class Winogrande {
  /// The number of the right choice, which makes the choices contexts.
  static Value text(Dict document) {
    Fields fields = Fields.of(document);
    return switch (fields.text("answer")) {
      case "1" -> Value.Int.of(0);
      case "2" -> Value.Int.of(1);
      case String other -> throw Fault.of("\"answer\" must be \"1\" or \"2\", found \"%s\"", other);
    };
  }

  static Value target(Dict document) {
    String sentence = Fields.of(document).text("sentence");
    return Value.of(PythonText.strip(sentence.substring(gap(sentence) + 1)));
  }

  static Value choices(Dict document) {
    Fields fields = Fields.of(document);
    String sentence = fields.text("sentence");
    String before = sentence.substring(0, gap(sentence));
    return Fields.listing(
        List.of(before + fields.text("option1"), before + fields.text("option2")));
  }

  private static int gap(String sentence) {
    int gap = sentence.indexOf('_');
    if (gap < 0) {
      throw Fault.of("\"sentence\" has no gap '_'");
    }
    return gap;
  }

  private Winogrande() {}
}
