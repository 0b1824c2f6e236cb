package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import neox.base.json.Json;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tokenizers of Hugging Face directories, as transformers opens them.
class HuggingFaceDirectoryTest {
  private static final String TEXT = "hello the hello";

  @TempDir Path directory;

  @BeforeEach
  void isEmptyAtFirst() {
    assertThat(Tokenizers.inHuggingFace(directory)).isEmpty();
  }

  private Tokenizer open() {
    return Tokenizers.inHuggingFace(directory).orElseThrow();
  }

  @Test
  void forgetsTheLimitsOfLengthThatGptNeoxObeys() throws IOException {
    Path file = directory.resolve("tokenizer.json");
    ObjectNode json = (ObjectNode) Golden.json("neox.json");
    json.putObject("truncation")
        .put("direction", "Right")
        .put("max_length", 2)
        .put("strategy", "LongestFirst")
        .put("stride", 0);
    json.putObject("padding")
        .put("direction", "Right")
        .put("pad_id", 1)
        .put("pad_type_id", 0)
        .put("pad_token", "<|padding|>")
        .putNull("pad_to_multiple_of")
        .putObject("strategy")
        .put("Fixed", 4);
    json.set("post_processor", Json.parse(TEMPLATE, "test"));
    Files.writeString(file, Json.line(json));
    Tokenizer neox = Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
    assertThat(neox.encode(TEXT)).hasSize(4).startsWith(0).endsWith(1, 1);
    int[] plain = Golden.tokenizer("neox").encode(TEXT);
    assertThat(plain).hasSizeGreaterThan(4);
    assertThat(open().encode(TEXT)).startsWith(0).endsWith(plain).hasSize(plain.length + 1);
    assertThat(open().withoutSpecialTokens().encode(TEXT)).isEqualTo(plain);
  }

  private static final String TEMPLATE =
      """
      {"type": "TemplateProcessing", "pair": [],
       "single": [{"SpecialToken": {"id": "x", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
       "special_tokens": {"x": {"id": "x", "ids": [0], "tokens": ["x"]}}}
      """;

  @Test
  void aModelOfSentencePieceGivesTheIdsOfLlamaTokenizer() throws IOException {
    Files.copy(Golden.file("llama.model"), directory.resolve("tokenizer.model"));
    for (JsonNode recorded : Golden.json("llama.json")) {
      writeConfig(recorded.get("config").toString());
      Tokenizer tokenizer = open();
      assertThat(tokenizer.vocabSize()).isEqualTo(recorded.get("size").asInt());
      for (var each : recorded.get("ids").properties()) {
        String text = each.getKey();
        int[] expected = Golden.ids(each.getValue());
        assertThat(tokenizer.encode(text)).as("%s: %s", recorded, text).isEqualTo(expected);
        assertThat(encode(tokenizer, text)).isEqualTo(expected);
      }
    }
  }

  @Test
  void addedTokensLieBeyondTheModelOfSentencePiece() throws IOException {
    Files.copy(Golden.file("llama.model"), directory.resolve("tokenizer.model"));
    Files.writeString(directory.resolve("added_tokens.json"), "{\"<pad>\": 330}");
    Tokenizer tokenizer = open();
    assertThat(tokenizer.encode("the<pad>fox")).containsExactly(1, 266, 330, 290, 318);
    assertThat(tokenizer.withoutSpecialTokens().encode("the")).containsExactly(266);
    assertThat(tokenizer.decode(266, 330, 290, 318)).isEqualTo("the<pad>fox");
    assertThat(tokenizer.isAdded(330)).isTrue();
    assertThat(tokenizer.isAdded(266)).isFalse();
    Files.writeString(directory.resolve("added_tokens.json"), "{\"<pad>\": 7}");
    assertThatThrownBy(this::open)
        .isInstanceOf(UserException.class)
        .hasMessage(
            directory
                + ": the added token \"<pad>\" has the id 7, which is not free in tokenizer.model");
    Files.writeString(directory.resolve("added_tokens.json"), "{\"<pad>\": 332}");
    assertThatThrownBy(this::open)
        .hasMessage(
            directory + ": the added token \"<pad>\" has the id 332; expected 330, the next one");
  }

  @Test
  void theBeginTokenIsTheOneOfTheFilesBesideTheModel() throws IOException {
    Files.copy(Golden.file("llama.model"), directory.resolve("tokenizer.model"));
    assertThat(open().encode("the")).containsExactly(1, 266);
    Files.writeString(
        directory.resolve("special_tokens_map.json"), "{\"bos_token\": {\"content\": \"</s>\"}}");
    assertThat(open().encode("the")).containsExactly(2, 266);
    writeConfig("{\"add_bos_token\": false}");
    assertThat(open().encode("the")).containsExactly(266);
  }

  private void writeConfig(String json) throws IOException {
    Files.writeString(directory.resolve("tokenizer_config.json"), json);
  }

  private static int[] encode(Tokenizer tokenizer, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    TokenBuffer out = new TokenBuffer();
    tokenizer.encoder().encode(utf8, 0, utf8.length, out);
    return out.toArray();
  }
}
