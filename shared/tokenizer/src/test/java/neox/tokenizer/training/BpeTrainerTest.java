package neox.tokenizer.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import neox.base.UserException;
import neox.base.json.Json;
import neox.tokenizer.Golden;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BpeTrainerTest {
  @TempDir Path directory;

  /// `neox.json` was trained by HuggingFace on the first sixteen texts, each taken four times.
  @Test
  void learnsTheSameVocabularyAndMergesAsHuggingFace() throws IOException {
    JsonNode ours = Json.read(train(BpeTrainer.Options.of(900), trainingTexts()));
    JsonNode golden = Golden.json("neox.json");
    assertThat(ours.at("/model/vocab")).isEqualTo(golden.at("/model/vocab"));
    assertThat(merges(ours)).isEqualTo(merges(golden));
    for (String part : List.of("normalizer", "pre_tokenizer")) {
      assertThat(ours.get(part)).as(part).isEqualTo(golden.get(part));
    }
    assertThat(ours.at("/added_tokens/0")).isEqualTo(golden.at("/added_tokens/0"));
    assertThat(ours.at("/added_tokens/1")).isEqualTo(golden.at("/added_tokens/1"));
  }

  @Test
  void doesNotDependOnTheOrderOfTheTexts() throws IOException {
    List<String> texts = trainingTexts();
    String once = Files.readString(train(BpeTrainer.Options.of(700), texts));
    Collections.shuffle(texts, new Random(1));
    assertThat(Files.readString(train(BpeTrainer.Options.of(700), texts))).isEqualTo(once);
  }

  @Test
  void trainsATokenizerThatEncodesAnyText() throws IOException {
    Path file = train(BpeTrainer.Options.of(300), List.of("low lower lowest", "low low"));
    Tokenizer tokenizer = Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
    assertThat(tokenizer.eod()).hasValue(0);
    assertThat(tokenizer.id("<|padding|>")).hasValue(1);
    assertThat(tokenizer.token(258)).hasValue("lo");
    assertThat(tokenizer.token(259)).hasValue("low");
    assertThat(tokenizer.encode("low")).containsExactly(259);
    String text = "\u4f60\u597d, w\u00f6rld\n\ud83d\ude42";
    assertThat(tokenizer.decode(tokenizer.encode(text))).isEqualTo(text);
  }

  @Test
  void stopsWhenPairsAreTooRare() throws IOException {
    BpeTrainer.Options options =
        new BpeTrainer.Options(400, 3, List.of("<|x|>"), BpeTrainer.Normalization.NONE);
    BpeTrainer trainer = new BpeTrainer(options);
    trainer.add("abab abc");
    trainer.add("abd");
    // "ab" occurs four times; every other pair at most twice
    assertThat(trainer.write(directory.resolve("rare.json"))).isEqualTo(1 + 256 + 1);
    JsonNode json = Json.read(directory.resolve("rare.json"));
    assertThat(merges(json)).containsExactly("a b");
    assertThat(json.get("normalizer").isNull()).isTrue();
    assertThat(json.at("/model/vocab/<|x|>").intValue()).isZero();
  }

  @Test
  void writesAnAlphabetEvenWithoutAnyText() throws IOException {
    Path file = directory.resolve("empty.json");
    assertThat(new BpeTrainer(BpeTrainer.Options.of(1000)).write(file)).isEqualTo(258);
    Tokenizer tokenizer = Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
    assertThat(tokenizer.encode("a b")).hasSize(3);
  }

  @Test
  void normalizesBeforeCounting() throws IOException {
    Path file = train(BpeTrainer.Options.of(259), List.of("e\u0301 e\u0301"));
    JsonNode json = Json.read(file);
    assertThat(merges(json)).containsExactly("\u00c3 \u00a9");
  }

  @Test
  void refusesOptionsThatCannotBeMet() {
    assertThatThrownBy(() -> BpeTrainer.Options.of(257))
        .isInstanceOf(UserException.class)
        .hasMessage("vocabulary size 257 is too small: 256 bytes and 2 special tokens need 258");
    assertThatThrownBy(() ->
            new BpeTrainer.Options(300, 1, List.of("<a>", "<a>"), BpeTrainer.Normalization.NFC))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "special tokens [<a>, <a>]: each must be different and longer than one character");
  }

  private static List<String> trainingTexts() throws IOException {
    JsonNode cases = Golden.json("cases.json");
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 4 * 16; i++) {
      texts.add(cases.get(i % 16).get("text").asText());
    }
    return texts;
  }

  private static List<String> merges(JsonNode json) {
    List<String> merges = new ArrayList<>();
    for (JsonNode merge : json.at("/model/merges")) {
      merges.add(
          merge.isArray() ? merge.get(0).asText() + " " + merge.get(1).asText() : merge.asText());
    }
    return merges;
  }

  private Path train(BpeTrainer.Options options, List<String> texts) throws IOException {
    BpeTrainer trainer = new BpeTrainer(options);
    texts.forEach(trainer::add);
    Path file = directory.resolve("tokenizer.json");
    trainer.write(file);
    return file;
  }
}
