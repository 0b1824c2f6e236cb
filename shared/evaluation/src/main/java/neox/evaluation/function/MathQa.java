package neox.evaluation.function;

import java.util.List;
import neox.python.PythonRegex;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Value;

/// MathQA (arXiv:1905.13319): word problems; all options stand in one text, `a ) 38 , b ) 27 , …`.
final class MathQa {
  private static final PythonRegex OPTION = PythonRegex.compile("[abcd] \\) .*?, |e \\) .*?$");

  static Value choices(Dict document) {
    List<List<String>> options = OPTION.findAll(Fields.of(document).text("options"));
    return Fields.listing(options.stream().map(option -> bare(option.getFirst())).toList());
  }

  private static String bare(String option) {
    return PythonText.rightStrip(option.substring(4), c -> c == ' ' || c == ',');
  }

  private MathQa() {}
}
