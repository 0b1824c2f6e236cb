package neox.evaluation.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import neox.tokenizer.special.TextBounds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Tokenizers that put a token before each text, as Llama's do.
class PairEncoderTest {
  @TempDir Path directory;

  private Tokenizer tokenizer() throws IOException {
    Path file =
        Files.writeString(
            directory.resolve("tokenizer.json"),
            """
            {"version": "1.0", "normalizer": null, "decoder": null,
             "added_tokens": [{"id": 1, "content": "<s>", "single_word": false, "lstrip": false,
               "rstrip": false, "normalized": false, "special": true}],
             "pre_tokenizer": {"type": "WhitespaceSplit"},
             "post_processor": {"type": "TemplateProcessing",
               "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                          {"Sequence": {"id": "A", "type_id": 0}}],
               "pair": [{"Sequence": {"id": "A", "type_id": 0}},
                        {"Sequence": {"id": "B", "type_id": 0}}],
               "special_tokens": {"<s>": {"id": "<s>", "ids": [1], "tokens": ["<s>"]}}},
             "model": {"type": "WordLevel", "unk_token": "?",
               "vocab": {"?": 0, "<s>": 1, "</s>": 2, "a": 3, "b": 4, "c": 5}}}
            """);
    return Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
  }

  private PairEncoder encoder() throws IOException {
    Files.writeString(
        directory.resolve("tokenizer_config.json"),
        "{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\"}");
    Tokenizer tokenizer = tokenizer();
    return PairEncoder.of(tokenizer, TextBounds.declaredIn(directory, tokenizer));
  }

  @Test
  void theBeginningOfTextsStandsBeforeAnEmptyContextAndIsNotScored() throws IOException {
    TokenPair pair = encoder().encode("", "a b");
    assertThat(pair.context()).containsExactly(1);
    assertThat(pair.continuation()).containsExactly(3, 4);
  }

  @Test
  void aContextBeginsAsTheTokenizerBeginsIt() throws IOException {
    TokenPair pair = encoder().encode("a b", " c");
    assertThat(pair.context()).containsExactly(1, 3, 4);
    assertThat(pair.continuation()).containsExactly(5);
  }

  @Test
  void aTextThatBeginsWithTheTokenGetsNoSecondOne() throws IOException {
    TokenPair pair = encoder().encode("<s> a", " b");
    assertThat(pair.context()).containsExactly(1, 3);
    assertThat(pair.continuation()).containsExactly(4);
  }

  @Test
  void refusesATokenizerOfWhichNothingBeginsOrEndsATextIsKnown() throws IOException {
    Tokenizer tokenizer = tokenizer();
    assertThatThrownBy(() -> PairEncoder.of(tokenizer, TextBounds.ofDocuments(tokenizer)))
        .isInstanceOf(UserException.class)
        .hasMessage(
            "the model's tokenizer has no token that begins or ends a text (bos_token, eos_token,"
                + " <|endoftext|>); scoring needs one to stand before empty contexts");
  }
}
