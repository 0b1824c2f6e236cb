package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The tokenizer types beside byte-level BPE, against what their Python originals gave.
class OtherTypesTest {
  @TempDir Path directory;

  @Test
  void givesTheIdsOfTiktoken() throws IOException {
    for (JsonNode encoding : Golden.json("tiktoken.json")) {
      String name = encoding.get("name").asText();
      Tokenizer tokenizer = open("TiktokenTokenizer", Path.of(name));
      assertThat(tokenizer.vocabSize()).as(name).isEqualTo(encoding.get("size").intValue());
      assertThat(tokenizer.eod()).as(name).hasValue(encoding.get("endOfText").intValue());
      for (JsonNode one : encoding.get("cases")) {
        String text = one.get("text").asText();
        int[] expected = Golden.ids(one.get("ids"));
        assertThat(tokenizer.encode(text)).as("%s: %s", name, text).isEqualTo(expected);
        assertThat(encode(tokenizer, text)).as("%s: %s", name, text).isEqualTo(expected);
        assertThat(tokenizer.decode(expected)).isEqualTo(text);
      }
    }
  }

  @Test
  void refusesTheSpecialTokensThatTiktokenRefuses() throws IOException {
    for (JsonNode encoding : Golden.json("tiktoken.json")) {
      Tokenizer tokenizer = open("TiktokenTokenizer", Path.of(encoding.get("name").asText()));
      Set<String> special = new TreeSet<>();
      encoding.get("special").forEach(token -> special.add(token.asText()));
      assertThat(special).contains("<|endoftext|>");
      for (String token : special) {
        assertThatThrownBy(() -> tokenizer.encode("ab " + token))
            .isInstanceOf(UserException.class)
            .hasMessage(
                "TiktokenTokenizer: the text has the special token %s at position 3; tiktoken does"
                    + " not encode such texts: take it out, or use HFTokenizer",
                token);
      }
    }
  }

  @Test
  void leavesOutIdsThatTiktokenDoesNotHave() {
    Tokenizer tokenizer = open("TiktokenTokenizer", Path.of("cl100k_base"));
    int[] hello = tokenizer.encode("Hello");
    assertThat(tokenizer.decode(hello[0], -1, 100256, 1 << 30)).isEqualTo("Hello");
    assertThat(tokenizer.decode(100257)).isEqualTo("<|endoftext|>");
  }

  @Test
  void knowsTheGapsBetweenTheTokensOfTiktoken() {
    Tokenizer tokenizer = open("TiktokenTokenizer", Path.of("cl100k_base"));
    int[] tokens = {0, 100255, 100257, 100258, 100276};
    int[] gaps = {-1, 100256, 100261, 100275, 100277, 1 << 30};
    assertThat(IntStream.of(tokens).allMatch(tokenizer::has)).isTrue();
    assertThat(IntStream.of(gaps).anyMatch(tokenizer::has)).isFalse();
  }

  @Test
  void takesTheNameOfAnEncodingOutOfAPath() {
    Tokenizer tokenizer = open("TiktokenTokenizer", directory.resolve("gpt2"));
    assertThat(tokenizer.encode("Hello world")).containsExactly(15496, 995);
    assertThatThrownBy(() -> open("TiktokenTokenizer", Path.of("cl200k")))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "TiktokenTokenizer: unknown encoding \"cl200k\"; set vocab_file to one of cl100k_base,"
                + " gpt2, o200k_base, p50k_base, p50k_edit, r50k_base");
  }

  @ParameterizedTest
  @ValueSource(strings = {"spm-bpe", "spm-unigram"})
  void givesTheIdsAndTextsOfSentencePiece(String name) throws IOException {
    Tokenizer tokenizer = open("SPMTokenizer", Golden.file(name + ".model"));
    JsonNode golden = Golden.json("spm.json").get(name);
    assertThat(tokenizer.vocabSize()).isEqualTo(golden.get("size").intValue());
    assertThat(tokenizer.eod()).hasValue(golden.get("endOfText").intValue());
    assertThat(tokenizer.files()).containsExactly(Golden.file(name + ".model"));
    List<String> different = new ArrayList<>();
    for (JsonNode one : golden.get("cases")) {
      String text = one.get("text").asText();
      int[] expected = Golden.ids(one.get("ids"));
      if (!java.util.Arrays.equals(tokenizer.encode(text), expected)
          || !java.util.Arrays.equals(encode(tokenizer, text), expected)
          || !tokenizer.decode(expected).equals(one.get("decoded").asText())) {
        different.add(text);
      }
    }
    assertThat(different).isEmpty();
  }

  @Test
  void knowsThePiecesOfSentencePiece() {
    Tokenizer tokenizer = open("SPMTokenizer", Golden.file("spm-unigram.model"));
    assertThat(tokenizer.id("<|padding|>")).hasValue(4);
    assertThat(tokenizer.token(4)).hasValue("<|padding|>");
    assertThat(tokenizer.token(-1)).isEmpty();
    assertThat(tokenizer.token(1 << 20)).isEmpty();
    assertThat(tokenizer.decode(-1, 1 << 20)).isEmpty();
  }

  @Test
  void tellsASentencePieceModelFromOtherFiles() throws IOException {
    for (byte[] bytes : List.of(new byte[] {'{', '}'}, new byte[] {10, 127})) {
      Path file = Files.write(directory.resolve("other.model"), bytes);
      assertThatThrownBy(() -> open("SPMTokenizer", file))
          .isInstanceOf(UserException.class)
          .hasMessage(file + ": not a SentencePiece model: set vocab_file to its .model file");
    }
    Path missing = directory.resolve("absent.model");
    assertThatThrownBy(() -> open("SPMTokenizer", missing))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(missing + ": no such tokenizer file; ");
  }

  @Test
  void addsATokenForPaddingToGpt2() throws IOException {
    Files.writeString(
        directory.resolve("vocab.json"),
        "{\"t\": 0, \"h\": 1, \"e\": 2, \"th\": 3, \"<|endoftext|>\": 4}");
    Files.writeString(directory.resolve("merges.txt"), "#version: 0.2\nt h\n");
    Tokenizer tokenizer = open("HFGPT2Tokenizer", directory);
    assertThat(tokenizer.vocabSize()).isEqualTo(6);
    assertThat(tokenizer.id("<|padding|>")).hasValue(5);
    assertThat(tokenizer.eod()).hasValue(4);
    assertThat(tokenizer.encode("the<|padding|>the<|endoftext|>"))
        .containsExactly(3, 2, 5, 3, 2, 4);
    assertThat(tokenizer.decode(5)).isEqualTo("<|padding|>");
  }

  @Test
  void keepsTheTokenForPaddingThatAVocabularyHas() throws IOException {
    Files.copy(Golden.file("gpt2-vocab.json"), directory.resolve("vocab.json"));
    Files.copy(Golden.file("gpt2-merges.txt"), directory.resolve("merges.txt"));
    Tokenizer plain = Golden.tokenizer("gpt2");
    Tokenizer tokenizer = open("HFGPT2Tokenizer", directory);
    assertThat(tokenizer.vocabSize()).isEqualTo(plain.vocabSize());
    assertThat(tokenizer.id("<|padding|>")).isEqualTo(plain.id("<|padding|>"));
  }

  @Test
  void asksForTheDirectoryOfGpt2() {
    assertThatThrownBy(() -> open("HFGPT2Tokenizer", directory))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "HFGPT2Tokenizer: %s is no directory with vocab.json and merges.txt; nothing is"
                + " downloaded here: fetch both files of the model (`neox-prepare` can) and set"
                + " vocab_file to their directory",
            directory);
  }

  private static Tokenizer open(String type, Path vocabFile) {
    return Tokenizers.open(type, Optional.of(vocabFile), Optional.empty());
  }

  private static int[] encode(Tokenizer tokenizer, String text) {
    byte[] utf8 = ("-" + text).getBytes(StandardCharsets.UTF_8);
    TokenBuffer out = new TokenBuffer();
    tokenizer.encoder().encode(utf8, 1, utf8.length, out);
    return out.toArray();
  }
}
