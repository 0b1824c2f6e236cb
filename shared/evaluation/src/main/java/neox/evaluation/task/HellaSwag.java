package neox.evaluation.task;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import neox.evaluation.metric.Metric;
import neox.python.PythonCase;
import neox.python.PythonText;

/// HellaSwag (arXiv:1905.07830): how does the story go on? The texts were scraped from WikiHow and
/// carry marks such as `[title]` that are cleaned away.
final class HellaSwag {
  private static final Pattern MARK = Pattern.compile("\\[.*?\\]", Pattern.UNIX_LINES);

  static Task task() {
    Prompt prompt =
        Prompt.of(
                document -> new Question.Text(document.text("query")),
                document -> new Target.Index(document.integer("label")))
            .choosing(document -> document.texts("choices"));
    DataSet data =
        new DataSet(
            "hellaswag",
            "Rowan/hellaswag",
            Optional.of("train"),
            Optional.of("validation"),
            Optional.empty());
    return Task.of(
            "hellaswag",
            data,
            OutputType.MULTIPLE_CHOICE,
            prompt,
            List.of(Metric.of("acc"), Metric.of("acc_norm")))
        .processing(documents -> documents.stream().map(HellaSwag::process).toList());
  }

  /// Adds the columns `query`, `choices` and `gold`.
  static Document process(Document document) {
    ObjectNode fields = document.fields().deepCopy();
    String context = document.text("ctx_a") + " " + PythonCase.capitalize(document.text("ctx_b"));
    fields.put("query", clean(document.text("activity_label") + ": " + context));
    ArrayNode choices = fields.putArray("choices");
    document.texts("endings").forEach(ending -> choices.add(clean(ending)));
    fields.put("gold", document.integer("label"));
    return document.with(fields);
  }

  private static String clean(String text) {
    String titled = PythonText.strip(text).replace(" [title]", ". ");
    return MARK.matcher(titled).replaceAll("").replace("  ", " ");
  }

  private HellaSwag() {}
}
