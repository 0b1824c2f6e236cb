package neox.evaluation.function;

import java.util.List;
import neox.python.PythonCase;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Fault;
import neox.template.value.Value;

/// Choice of plausible alternatives (Roemmele et al. 2011): cause or effect of a premise.
final class Copa {
  /// The premise without its period, and how it goes on.
  static Value text(Dict document) {
    Fields fields = Fields.of(document);
    String connector =
        switch (fields.text("question")) {
          case "cause" -> "because";
          case "effect" -> "therefore";
          case String other ->
              throw Fault.of("\"question\" must be \"cause\" or \"effect\", found \"%s\"", other);
        };
    String premise = PythonText.strip(fields.text("premise"));
    int end = premise.isEmpty() ? 0 : premise.offsetByCodePoints(premise.length(), -1);
    return Value.of(premise.substring(0, end) + " " + connector);
  }

  static Value target(Dict document) {
    Fields fields = Fields.of(document);
    return Value.of(choice(fields, fields.integer("label") == 0 ? "choice1" : "choice2"));
  }

  static Value choices(Dict document) {
    Fields fields = Fields.of(document);
    return Fields.listing(List.of(choice(fields, "choice1"), choice(fields, "choice2")));
  }

  /// In the middle of a sentence: the delimiter makes it two blanks.
  private static String choice(Fields fields, String name) {
    String choice = fields.text(name);
    if (choice.isEmpty()) {
      throw Fault.of("\"%s\" is empty", name);
    }
    int rest = choice.offsetByCodePoints(0, 1);
    return " " + PythonCase.lower(choice.substring(0, rest)) + choice.substring(rest);
  }

  private Copa() {}
}
