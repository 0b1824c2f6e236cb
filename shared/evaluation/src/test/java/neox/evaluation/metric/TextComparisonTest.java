package neox.evaluation.metric;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;

class TextComparisonTest {
  /// See the README beside the cases.
  @Test
  void findsEqualWhatTheHarnessFindsEqual() throws IOException {
    List<String> different = new ArrayList<>();
    for (String line :
        Files.readAllLines(Path.of("src/test/resources/golden/text/exact_match.jsonl"))) {
      JsonNode row = Json.parse(line, "golden");
      List<String> references = row.get("references").valueStream().map(JsonNode::asText).toList();
      double share =
          comparison(row.get("options")).share(row.get("generated").asText(), references);
      if (share != row.get("score").asDouble()) {
        different.add(line + " found " + share);
      }
    }
    assertThat(different).isEmpty();
  }

  private static TextComparison comparison(JsonNode options) {
    Optional<List<Pattern>> ignored =
        Optional.of(options.path("regexes_to_ignore"))
            .filter(JsonNode::isArray)
            .map(regexes ->
                regexes.valueStream().map(r -> TextComparison.pattern(r.asText())).toList());
    return new TextComparison(
        ignored,
        options.path("ignore_case").asBoolean(),
        options.path("ignore_punctuation").asBoolean(),
        options.path("ignore_numbers").asBoolean());
  }
}
