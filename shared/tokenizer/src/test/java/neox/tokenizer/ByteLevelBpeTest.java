package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ByteLevelBpeTest {

  @ParameterizedTest
  @ValueSource(strings = {"neox", "traits", "whole", "gpt2"})
  void givesTheIdsOfHuggingFace(String name) throws IOException {
    Tokenizer tokenizer = Golden.tokenizer(name);
    Tokenizer.Encoder encoder = tokenizer.encoder();
    JsonNode cases = Golden.json("cases.json");
    assertThat(cases).hasSizeGreaterThan(150);
    List<String> different = new ArrayList<>();
    for (JsonNode one : cases) {
      String text = one.get("text").asText();
      int[] expected = Golden.ids(one.get(name));
      if (!Arrays.equals(tokenizer.encode(text), expected)
          || !Arrays.equals(encode(encoder, text), expected)) {
        different.add(text);
      }
    }
    assertThat(different).isEmpty();
  }

  @Test
  void encoderSeesOnlyItsRange() {
    Tokenizer tokenizer = Golden.tokenizer("neox");
    byte[] utf8 = "e the the\u0301  there <|endoftext|>".getBytes(StandardCharsets.UTF_8);
    Tokenizer.Encoder encoder = tokenizer.encoder();
    for (int from = 0; from <= utf8.length; from++) {
      for (int to = from; to <= utf8.length; to++) {
        byte[] part = Arrays.copyOfRange(utf8, from, to);
        String text = new String(part, StandardCharsets.UTF_8);
        if (Arrays.equals(text.getBytes(StandardCharsets.UTF_8), part)) {
          TokenBuffer out = new TokenBuffer();
          encoder.encode(utf8, from, to, out);
          assertThat(out.toArray()).as(text).isEqualTo(tokenizer.encode(text));
        }
      }
    }
  }

  @Test
  void decodesAnyBytesAsHuggingFaceDoes() throws IOException {
    Tokenizer tokenizer = Golden.tokenizer("neox");
    for (JsonNode one : Golden.json("decode.json")) {
      int[] ids = Golden.ids(one.get("ids"));
      assertThat(tokenizer.decode(ids))
          .as(Arrays.toString(ids))
          .isEqualTo(one.get("text").asText());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"a\ud83d", "a\ude42\ud83d", "a\ud83db"})
  void refusesHalfASurrogatePair(String text) {
    for (String name : List.of("gpt2", "wordpiece")) {
      Tokenizer tokenizer = Golden.tokenizer(name);
      assertThatThrownBy(() -> tokenizer.encode(text))
          .isInstanceOf(UserException.class)
          .hasMessage(
              "the text is not valid Unicode: half a surrogate pair (U+%04X) at position 1",
              (int) text.charAt(1));
    }
  }

  @Test
  void leavesOutIdsOutsideTheVocabulary() {
    Tokenizer tokenizer = Golden.tokenizer("gpt2");
    int a = tokenizer.id("a").orElseThrow();
    assertThat(tokenizer.decode(a, -1, 1 << 30, tokenizer.vocabSize(), a)).isEqualTo("aa");
    assertThat(tokenizer.has(a)).isTrue();
    assertThat(IntStream.of(-1, 1 << 30, tokenizer.vocabSize()).anyMatch(tokenizer::has)).isFalse();
  }

  @Test
  void knowsItsVocabulary() {
    Tokenizer neox = Golden.tokenizer("neox");
    assertThat(neox.vocabSize()).isEqualTo(923);
    assertThat(neox.eod()).hasValue(0);
    assertThat(neox.id("<|padding|>")).hasValue(1);
    assertThat(neox.id("  ")).hasValue(922);
    assertThat(neox.id("no such token")).isEmpty();
    assertThat(neox.token(0)).hasValue("<|endoftext|>");
    assertThat(neox.token(922)).hasValue("  ");
    assertThat(neox.token(923)).isEmpty();
    assertThat(neox.token(-1)).isEmpty();
    assertThat(neox.files()).containsExactly(Golden.file("neox.json"));
  }

  @Test
  void knowsBothFilesOfGpt2() {
    Tokenizer gpt2 = Golden.tokenizer("gpt2");
    assertThat(gpt2.vocabSize()).isEqualTo(420);
    assertThat(gpt2.eod()).hasValue(0);
    assertThat(gpt2.files())
        .containsExactly(Golden.file("gpt2-vocab.json"), Golden.file("gpt2-merges.txt"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a",
        " ",
        "!",
        "7",
        "\n",
        "'",
        "\t ",
        "ab",
        "\u00e9",
        "\u0301",
        "\u4f60",
        "\ud83d\ude42"
      })
  // Quadratic time would be hours.
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void encodesAMegabyteOfOneCharacter(String character) {
    Tokenizer.Encoder encoder = Golden.tokenizer("neox").encoder();
    String small = character.repeat(1000);
    int times = (1 << 20) / small.getBytes(StandardCharsets.UTF_8).length;
    int[] ids = encode(encoder, small.repeat(times));
    assertThat(Golden.tokenizer("neox").decode(ids)).isEqualTo(small.repeat(times));
  }

  private static int[] encode(Tokenizer.Encoder encoder, String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    TokenBuffer out = new TokenBuffer();
    encoder.encode(utf8, 0, utf8.length, out);
    return out.toArray();
  }
}
