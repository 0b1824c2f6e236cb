package neox.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.PatternSyntaxException;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PythonRegexTest {
  private static List<JsonNode> golden() throws IOException {
    try (InputStream in = PythonRegexTest.class.getResourceAsStream("/golden/regex/regex.jsonl")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().map(line -> Json.parse(line, "regex.jsonl")).toList();
    }
  }

  @Test
  void findsAndReplacesWhatPythonDoes() throws IOException {
    for (JsonNode line : golden()) {
      if (!line.has("found")) {
        continue;
      }
      PythonRegex regex = PythonRegex.compile(line.get("pattern").asText());
      String text = line.get("text").asText();
      List<List<String>> found = new ArrayList<>();
      line.get("found")
          .forEach(match -> {
            List<String> groups = new ArrayList<>();
            match.forEach(group -> groups.add(group.asText()));
            found.add(groups);
          });
      assertThat(regex.findAll(text)).as(line.toString()).isEqualTo(found);
      assertThat(regex.replaceAll(text, line.get("template").asText()))
          .as(line.toString())
          .isEqualTo(line.get("replaced").asText());
    }
  }

  @Test
  void refusesWhatPythonRefuses() throws IOException {
    for (JsonNode line : golden()) {
      if (line.has("error")) {
        assertThatThrownBy(() -> PythonRegex.compile(line.get("pattern").asText()))
            .as(line.toString())
            .isInstanceOf(PatternSyntaxException.class);
      }
    }
  }

  @Test
  void refusesTemplatesThatPythonRefusesThoughNothingMatches() throws IOException {
    for (JsonNode line : golden()) {
      if (line.has("bad_template")) {
        PythonRegex regex = PythonRegex.compile(line.get("pattern").asText());
        assertThatThrownBy(() -> regex.replaceAll("b", line.get("bad_template").asText()))
            .as(line.toString())
            .isInstanceOf(IllegalArgumentException.class);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "(?x)a, the flag 'x' is not supported",
    "(?a)b, the flag 'a' is not supported",
    "(a)(?(1)b|c), a group that depends on another is not supported"
  })
  void refusesWhatJavaCannotSay(String regex, String problem) {
    assertThatThrownBy(() -> PythonRegex.compile(regex))
        .isInstanceOf(PatternSyntaxException.class)
        .hasMessageStartingWith(problem);
  }

  @Test
  void replacesNoMoreThanAskedFor() {
    PythonRegex regex = PythonRegex.compile("(?P<the_letter>[ab])");
    assertThat(regex.replace("abc", "<\\g<the_letter>>", 1)).isEqualTo("<a>bc");
    assertThat(regex.replace("abc", "<\\1>", 0)).isEqualTo("<a><b>c");
    assertThatThrownBy(() -> regex.replaceAll("abc", "\\2"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no such group: 2");
  }

  @Test
  void escapesWhatHasAMeaning() {
    assertThat(PythonRegex.escape("a.b (c) é-\n")).isEqualTo("a\\.b\\ \\(c\\)\\ é\\-\\\n");
  }
}
