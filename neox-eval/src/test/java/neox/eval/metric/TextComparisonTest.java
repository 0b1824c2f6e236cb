package neox.eval.metric;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
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
      var equal = comparison(row.get("options")).of(row.get("generated").asText());
      long count = row.get("references").valueStream().filter(r -> equal.test(r.asText())).count();
      if ((double) count / row.get("references").size() != row.get("score").asDouble()) {
        different.add(line + " found " + count);
      }
    }
    assertThat(different).isEmpty();
  }

  private static TextComparison comparison(JsonNode options) {
    List<Pattern> ignored =
        options
            .path("regexes_to_ignore")
            .valueStream()
            .map(regex -> TextComparison.pattern(regex.asText()))
            .toList();
    return new TextComparison(
        ignored,
        options.path("ignore_case").asBoolean(),
        options.path("ignore_punctuation").asBoolean(),
        options.path("ignore_numbers").asBoolean());
  }
}
