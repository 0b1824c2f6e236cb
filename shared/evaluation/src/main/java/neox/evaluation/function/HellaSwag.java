package neox.evaluation.function;

import java.util.regex.Pattern;
import neox.python.PythonCase;
import neox.python.PythonText;
import neox.template.value.Dict;
import neox.template.value.Value;

/// HellaSwag (arXiv:1905.07830): how does the story go on? The texts were scraped from WikiHow and
/// carry marks such as `[title]` that are cleaned away.
final class HellaSwag {
  private static final Pattern MARK = Pattern.compile("\\[.*?\\]", Pattern.UNIX_LINES);

  /// Adds the columns `query`, `choices` and `gold`.
  static Dict process(Dict document) {
    Fields fields = Fields.of(document);
    String context = fields.text("ctx_a") + " " + PythonCase.capitalize(fields.text("ctx_b"));
    return fields
        .changed()
        .put("query", Value.of(clean(fields.text("activity_label") + ": " + context)))
        .put(
            "choices",
            Fields.listing(fields.texts("endings").stream().map(HellaSwag::clean).toList()))
        .put("gold", Value.Int.of(fields.integer("label")))
        .build();
  }

  private static String clean(String text) {
    String titled = PythonText.strip(text).replace(" [title]", ". ");
    return MARK.matcher(titled).replaceAll("").replace("  ", " ");
  }

  private HellaSwag() {}
}
