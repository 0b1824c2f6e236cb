package neox.evaluation.metric;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import neox.base.json.Json;
import neox.python.PythonRegex;
import neox.template.value.Value;
import org.junit.jupiter.api.Test;

class TextComparisonTest {
  /// See the README beside the cases.
  @Test
  void findsEqualWhatTheHarnessFindsEqual() throws IOException {
    List<String> different = new ArrayList<>();
    for (String line :
        Files.readAllLines(Path.of("src/test/resources/golden/text/exact_match.jsonl"))) {
      JsonNode row = Json.parse(line, "golden");
      List<Value> references = row.get("references").valueStream().map(Value::of).toList();
      List<Value> generated =
          Collections.nCopies(references.size(), Value.of(row.get("generated").asText()));
      double share = comparison(row.get("options")).share(generated, references);
      if (share != row.get("score").asDouble()) {
        different.add(line + " found " + share);
      }
    }
    assertThat(different).isEmpty();
  }

  private static TextComparison comparison(JsonNode options) {
    Optional<List<PythonRegex>> ignored =
        Optional.of(options.path("regexes_to_ignore"))
            .filter(JsonNode::isArray)
            .map(regexes ->
                regexes.valueStream().map(r -> PythonRegex.compile(r.asText())).toList());
    return new TextComparison(
        ignored,
        options.path("ignore_case").asBoolean(),
        options.path("ignore_punctuation").asBoolean(),
        options.path("ignore_numbers").asBoolean());
  }
}
