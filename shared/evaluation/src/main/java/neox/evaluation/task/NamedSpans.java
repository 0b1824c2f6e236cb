package neox.evaluation.task;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.python.PythonCase;
import neox.python.PythonRegex;
import neox.python.PythonText;

/// Named entities in one form: `Person: Ada, Bob` and `PER: Ada $$ PER: Bob` both become `per: ada
/// $ per: bob`. The filter `format_span`.
final class NamedSpans {
  private static final Map<PythonRegex, String> LABELS = new LinkedHashMap<>();
  private static final PythonRegex SPAN = PythonRegex.compile("\\b(PER|LOC|ORG|DATE):\\s*([^$]+)");

  static {
    label("PER", "person");
    label("LOC", "location");
    label("ORG", "organization");
    label("LOC", "counties", "places");
    label("PER", "people", "persons");
    label("ORG", "company");
    label("LOC", "country", "continent");
    label("DATE", "time", "date");
    label("PER", "per");
    label("LOC", "loc");
    label("ORG", "org");
  }

  private static void label(String label, String... words) {
    for (String word : words) {
      LABELS.put(PythonRegex.compile("\\b" + word + "\\s*:"), label + ":");
    }
  }

  /// What is said to be nothing (`none`) is left out.
  static String format(String response) {
    String text = PythonCase.lower(response);
    for (Map.Entry<PythonRegex, String> label : LABELS.entrySet()) {
      text = label.getKey().replaceAll(text, label.getValue());
    }
    text = PythonText.rightStrip(text.replace("$$", "$"), c -> c == '$');
    List<String> spans = new ArrayList<>();
    for (List<String> span : SPAN.findAll(PythonText.strip(text.replace("\n", "$")))) {
      for (String part : PythonText.split(span.getLast(), ",", -1)) {
        String entity = PythonText.strip(part);
        if (!entity.equals("none")) {
          spans.add(PythonCase.lower(span.getFirst()) + ": " + entity);
        }
      }
    }
    return String.join(" $ ", spans);
  }

  private NamedSpans() {}
}
