package neox.eval;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import neox.base.json.Json;
import neox.evaluation.report.RunDescription.Seeds;
import neox.python.PythonJson;
import org.junit.jupiter.api.Test;

class EvalArgumentsTest {
  @Test
  void oneSeedIsForAllAndThreeLeaveTheExamplesAlone() {
    assertThat(EvalArguments.seeds("")).isEqualTo(new Seeds(0, 1234, 1234, 1234));
    assertThat(EvalArguments.seeds("5")).isEqualTo(new Seeds(5, 5, 5, 5));
    assertThat(EvalArguments.seeds("1,2,3")).isEqualTo(new Seeds(1, 2, 3, 1234));
    assertThat(EvalArguments.seeds("1, 2, 3, 4")).isEqualTo(new Seeds(1, 2, 3, 4));
  }

  @Test
  void generationOptionsKeepTheirTypes() {
    assertThat(
            EvalArguments.keywords(
                "--gen-kwargs", "max_gen_toks=32,temperature=0.0,do_sample=False,until=x"))
        .hasToString(
            "{\"max_gen_toks\":32,\"temperature\":0.0,\"do_sample\":false,\"until\":\"x\"}");
    assertThat(EvalArguments.keywords("--gen-kwargs", "{\"until\": [\"a,b\"]}"))
        .hasToString("{\"until\":[\"a,b\"]}");
    assertThat(EvalArguments.keywords("--gen-kwargs", "")).isEmpty();
  }

  @Test
  void readsKeywordsAsTheHarnessDoes() throws IOException {
    List<String> different = new ArrayList<>();
    for (String line :
        Files.readAllLines(Path.of("src/test/resources/golden/text/arguments.jsonl"))) {
      JsonNode row = Json.parse(line, "golden");
      Map<String, String> expected = new LinkedHashMap<>();
      row.path("parsed")
          .properties()
          .forEach(e -> expected.put(e.getKey(), tuplesAsLists(e.getValue())));
      if (!parsed(row.get("given").asText())
          .equals(row.has("error") ? Optional.empty() : Optional.of(expected))) {
        different.add(line + " found " + parsed(row.get("given").asText()));
      }
    }
    assertThat(different).isEmpty();
  }

  /// JSON knows no tuples: they are lists here, which the options do not tell apart.
  private static String tuplesAsLists(JsonNode repr) {
    return switch (repr.asText()) {
      case "(1, 2)" -> "[1, 2]";
      case "(1,)" -> "[1]";
      default -> repr.asText();
    };
  }

  private static Optional<Map<String, String>> parsed(String given) {
    try {
      Map<String, String> parsed = new LinkedHashMap<>();
      EvalArguments.keywords("--gen-kwargs", given)
          .properties()
          .forEach(e -> parsed.put(e.getKey(), PythonJson.repr(e.getValue())));
      return Optional.of(parsed);
    } catch (UserException e) {
      return Optional.empty();
    }
  }
}
