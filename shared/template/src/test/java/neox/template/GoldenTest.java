package neox.template;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.base.json.Json;
import neox.template.value.Dialect;
import neox.template.value.Value;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Compares with what Jinja printed; see the README beside the cases.
class GoldenTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final String REFUSED = "(refused)";
  private static final Clock CLOCK =
      Clock.fixed(Instant.parse("2024-07-03T09:05:06Z"), ZoneOffset.UTC);

  @ParameterizedTest
  @ValueSource(strings = {"chat", "harness"})
  void printsAndRefusesWhatJinjaDoes(String name) throws IOException {
    boolean chat = name.equals("chat");
    Map<String, Value> names = new HashMap<>();
    List<String> differences = new ArrayList<>();
    int templates = 0;
    for (String line : Files.readAllLines(GOLDEN.resolve(name + ".jsonl"))) {
      JsonNode row = Json.parse(line, name);
      if (row.has("doc")) {
        names = new HashMap<>(chat ? Functions.forChat(CLOCK) : Map.of());
        for (Map.Entry<String, JsonNode> entry : row.get("doc").properties()) {
          names.put(entry.getKey(), Value.of(entry.getValue()));
        }
        continue;
      }
      templates++;
      String expected = row.has("error") ? REFUSED : row.get("expected").asText();
      String found = render(row, chat ? Dialect.CHAT : Dialect.HARNESS, names);
      if (!found.equals(expected)) {
        differences.add(line + "\nfound " + found);
      }
    }
    assertThat(differences).isEmpty();
    assertThat(templates).isGreaterThan(500);
  }

  private static String render(JsonNode row, Dialect dialect, Map<String, Value> names) {
    try {
      return Template.parse(row.get("template").asText(), "t", dialect).render(names);
    } catch (UserException e) {
      assertThat(e).hasMessageMatching("(?s)t:\\d+: .+");
      return REFUSED;
    }
  }
}
