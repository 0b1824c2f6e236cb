package neox.evaluation.task;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import neox.evaluation.Golden;
import neox.evaluation.document.ValueJson;
import neox.python.PythonRegex;
import neox.template.value.Value;
import org.junit.jupiter.api.Test;

/// What filters find in responses, against those of the harness.
class ResponseTextTest {
  private static List<JsonNode> golden(String filter) {
    return Golden.jsonLines("../metrics/filters.jsonl").stream()
        .filter(line -> line.get("filter").asText().equals(filter))
        .toList();
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(text -> texts.add(text.asText()));
    return texts;
  }

  @Test
  void namedEntitiesComeIntoOneForm() {
    for (JsonNode line : golden("format_span")) {
      assertThat(NamedSpans.format(line.get("response").asText()))
          .as(line.toString())
          .isEqualTo(line.get("filtered").asText());
    }
  }

  @Test
  void aChoiceIsFoundByPatternThenByItsTextThenByItsLetter() {
    for (JsonNode line : golden("multi_choice_regex")) {
      JsonNode keywords = line.get("keywords");
      ChoicePattern pattern =
          new ChoicePattern(
              PythonRegex.compile(keywords.get("regex_pattern").asText()),
              keywords.path("group_select").asInt(),
              keywords.path("fallback").asText("[invalid]"),
              keywords.path("ignore_case").asBoolean(),
              keywords.path("ignore_punctuation").asBoolean(),
              texts(keywords.path("regexes_to_ignore")).stream()
                  .map(PythonRegex::compile)
                  .toList());
      assertThat(pattern.find(line.get("response").asText(), texts(line.get("choices"))))
          .as(line.toString())
          .isEqualTo(line.get("filtered").asText());
    }
  }

  @Test
  void tagsAreReadAsPythonPrintsThem() {
    for (JsonNode line : golden("regex_pos")) {
      Filter filter = new Filter.Tags(Value.of("none"));
      Value response = new Value.Listing(List.of(Value.of(line.get("response").asText())));
      Value filtered = filter.apply(List.of(response), List.of()).getFirst();
      JsonNode expected = line.get("filtered");
      assertThat(ValueJson.of(filtered).get(0).toString())
          .as(line.toString())
          .isEqualTo(expected.toString().replace("[\"invalid\"]", "\"none\""));
    }
  }
}
