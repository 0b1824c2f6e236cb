package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import neox.base.UserException;
import neox.base.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Random `tokenizer.json` files give the ids and texts that HuggingFace tokenizers was recorded to
/// give, or are refused by name. `benchmarks/tokenizer-configurations.sh` does more of the same.
class RecordedConfigurationsTest {
  private static final Path GOLDEN = Golden.file("configurations.jsonl.gz");

  @TempDir Path directory;

  @Test
  void givesTheIdsAndTextsOfHuggingFaceOrRefusesByName() throws IOException {
    int opened = 0;
    int refused = 0;
    for (JsonNode recorded : recorded()) {
      Optional<Tokenizer> tokenizer = open(recorded.get("configuration"));
      if (tokenizer.isEmpty()) {
        refused++;
        continue;
      }
      opened++;
      assertThat(recorded.has("error")).as("%s", recorded).isFalse();
      assertThat(tokenizer.get().vocabSize()).isEqualTo(recorded.get("size").intValue());
      for (JsonNode one : recorded.get("cases")) {
        compare(tokenizer.get(), one, recorded);
      }
    }
    assertThat(opened).isGreaterThan(180);
    assertThat(refused).isGreaterThan(0);
  }

  private static void compare(Tokenizer tokenizer, JsonNode recorded, JsonNode all) {
    String text = recorded.get("text").asText();
    int[] ids;
    int[] bare;
    try {
      ids = tokenizer.encode(text);
      bare = tokenizer.withoutSpecialTokens().encode(text);
    } catch (UserException e) {
      assertThat(recorded.has("error")).as("%s: %s in %s", e.getMessage(), text, all).isTrue();
      return;
    }
    assertThat(recorded.has("error")).as("%s in %s", text, all).isFalse();
    assertThat(ids).as("%s in %s", text, all).isEqualTo(Golden.ids(recorded.get("ids")));
    assertThat(bare).as("%s in %s", text, all).isEqualTo(Golden.ids(recorded.get("bare")));
    assertThat(tokenizer.decode(bare))
        .as("%s in %s", text, all)
        .isEqualTo(recorded.get("decoded").asText());
  }

  private Optional<Tokenizer> open(JsonNode configuration) throws IOException {
    Path file = Files.writeString(directory.resolve("tokenizer.json"), configuration.toString());
    try {
      return Optional.of(Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty()));
    } catch (UserException e) {
      assertThat(e).hasMessageStartingWith(file + ": ").hasMessageNotContaining("\n");
      return Optional.empty();
    }
  }

  private static List<JsonNode> recorded() throws IOException {
    List<JsonNode> all = new ArrayList<>();
    try (InputStream in = new GZIPInputStream(Files.newInputStream(GOLDEN));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line : lines.lines().toList()) {
        all.add(Json.parse(line, "configurations.jsonl.gz"));
      }
    }
    return all;
  }
}
