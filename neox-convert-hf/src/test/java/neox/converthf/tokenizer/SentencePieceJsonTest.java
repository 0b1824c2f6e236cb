package neox.converthf.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import neox.base.json.Json;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A model of SentencePiece and the `tokenizer.json` made of it say the same; see the README of the
/// models.
class SentencePieceJsonTest {
  private static final Path GOLDEN =
      Path.of("..", "shared", "tokenizer", "src", "test", "resources", "golden", "tokenizer");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"spm-bpe", "spm-unigram"})
  void encodesAndDecodesAsSentencePiece(String name) throws IOException {
    Path model = GOLDEN.resolve(name + ".model");
    Path json = directory.resolve("tokenizer.json");
    Files.writeString(json, SentencePieceJson.read(Files.readAllBytes(model), model).text());
    Tokenizer tokenizer = Tokenizers.open("HFTokenizer", Optional.of(json), Optional.empty());
    JsonNode golden = Json.read(GOLDEN.resolve("spm.json")).get(name);
    assertThat(tokenizer.vocabSize()).isEqualTo(golden.get("size").intValue());
    List<String> different = new ArrayList<>();
    for (JsonNode one : golden.get("cases")) {
      String text = one.get("text").asText();
      if (text.contains("<|endoftext|>") || text.contains("<|padding|>")) {
        continue; // a space follows them here
      }
      JsonNode ids = one.get("ids");
      int[] expected = IntStream.range(0, ids.size()).map(i -> ids.get(i).asInt()).toArray();
      if (!Arrays.equals(tokenizer.encode(text), expected)) {
        different.add(text);
      }
    }
    assertThat(golden.get("cases").size()).isGreaterThan(20);
    assertThat(different).isEmpty();
  }
}
