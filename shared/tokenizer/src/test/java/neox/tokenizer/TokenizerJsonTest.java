package neox.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.base.UserException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the parts of a `tokenizer.json` do, and what is refused of them, by name.
class TokenizerJsonTest {
  private static final String CUT =
      "{\"max_length\": 3, \"strategy\": \"LongestFirst\", \"stride\": 0, \"direction\": \"Right\"}";

  @TempDir Path directory;

  @Test
  void putsTheTokensOfThePostProcessorAroundAText() {
    String beginning =
        """
        {"type": "TemplateProcessing",
         "single": [{"SpecialToken": {"id": "<s>", "type_id": 0}},
                    {"Sequence": {"id": "A", "type_id": 0}}],
         "pair": [],
         "special_tokens": {"<s>": {"id": "<s>", "ids": [7], "tokens": ["<s>"]}}}
        """;
    Tokenizer tokenizer = open(file("post_processor", beginning));
    assertThat(tokenizer.encode("ab")).containsExactly(7, 0, 1);
    assertThat(tokenizer.encode("")).containsExactly(7);
    assertThat(tokenizer.withoutSpecialTokens().encode("ab")).containsExactly(0, 1);
    TokenBuffer out = new TokenBuffer();
    tokenizer.encoder().encode(new byte[] {'b', 'a'}, 0, 2, out);
    assertThat(out.toArray()).containsExactly(7, 1, 0);
    String both = "{\"type\": \"BertProcessing\", \"sep\": [\"</s>\", 8], \"cls\": [\"<s>\", 7]}";
    assertThat(open(file("post_processor", both)).encode("ab")).containsExactly(7, 0, 1, 8);
  }

  @Test
  void actsOnTruncationAndPaddingAsTheFileSays() {
    assertThat(open(file("truncation", CUT)).encode("abba")).containsExactly(0, 1, 1);
    String left = CUT.replace("Right", "Left");
    assertThat(open(file("truncation", left)).encode("abba")).containsExactly(1, 1, 0);
    String pad =
        """
        {"strategy": {"Fixed": 3}, "direction": "Right", "pad_to_multiple_of": 2, "pad_id": 9,
         "pad_type_id": 0, "pad_token": "<pad>"}
        """;
    assertThat(open(file("padding", pad)).encode("ab")).containsExactly(0, 1, 9, 9);
  }

  @Test
  void refusesByNameWhatItDoesNotDo() {
    Map<String, String> refused =
        Map.of(
            "{\"type\": \"UnicodeScripts\"}",
            "pre_tokenizer: unknown type \"UnicodeScripts\"; supported: ByteLevel, Split, Metaspace,"
                + " Whitespace, WhitespaceSplit, BertPreTokenizer, Punctuation, Digits,"
                + " CharDelimiterSplit, FixedLength, Sequence",
            "{\"type\": \"Whitespace\", \"speed\": 3}",
            "pre_tokenizer: unknown field \"speed\" with the value 3",
            "{\"type\": \"Digits\"}",
            "pre_tokenizer: has no field \"individual_digits\"",
            "{\"type\": \"Punctuation\", \"behavior\": \"Eaten\"}",
            "pre_tokenizer.behavior: unknown value \"Eaten\"; supported: Contiguous, Isolated,"
                + " MergedWithNext, MergedWithPrevious, Removed",
            "{\"type\": \"Metaspace\", \"replacement\": \"__\"}",
            "pre_tokenizer.replacement: expected one character, found \"__\"",
            "{\"type\": \"Sequence\", \"pretokenizers\": [7]}",
            "pre_tokenizer.pretokenizers[0]: expected an object, found 7");
    refused.forEach((part, message) -> {
      Path file = file("pre_tokenizer", part);
      assertThatThrownBy(() -> open(file))
          .isInstanceOf(UserException.class)
          .hasMessage(file + ": " + message);
    });
  }

  @Test
  void refusesDropoutAndTokensThatClash() throws IOException {
    Path dropout = model("\"dropout\": 0.1");
    assertThatThrownBy(() -> open(dropout))
        .isInstanceOf(UserException.class)
        .hasMessage(
            dropout
                + ": model: \"dropout\" cuts the same word now so, now otherwise; it is for training"
                + " only: set it to null");
    Path clash =
        Files.writeString(
            directory.resolve("clash.json"),
            "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 0}, \"merges\": []}}");
    assertThatThrownBy(() -> open(clash))
        .isInstanceOf(UserException.class)
        .hasMessage(
            clash
                + ": model.vocab: two tokens have the same id, so that no text can be told from it");
  }

  /// An existing token keeps its id and does not push the new ones on.
  @Test
  void countsNewTokensOnFromTheSizeOfTheVocabulary() {
    String token =
        "{\"id\": 70, \"content\": \"%s\", \"single_word\": false, \"lstrip\": false,"
            + " \"rstrip\": false, \"normalized\": false, \"special\": false}";
    Path file =
        file(
            "added_tokens",
            "[" + String.format(token, "far") + "," + String.format(token, "new") + "]");
    assertThat(open(file).id("far")).hasValue(90);
    assertThat(open(file).id("new")).hasValue(3);
  }

  @Test
  void hasTheIdsThatHaveATokenAndNoneOfTheGapsBetweenThem() {
    String framed = "{\"type\": \"BertProcessing\", \"sep\": [\"</s>\", 8], \"cls\": [\"<s>\", 7]}";
    for (Tokenizer tokenizer :
        List.of(open(file("normalizer", "null")), open(file("post_processor", framed)))) {
      for (int id = -1; id < 100; id++) {
        assertThat(tokenizer.has(id)).as("%d", id).isEqualTo(tokenizer.token(id).isPresent());
      }
      assertThat(tokenizer.has(90)).isTrue();
      assertThat(tokenizer.has(50)).isFalse();
    }
  }

  private static Tokenizer open(Path file) {
    return Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
  }

  private Path model(String field) throws IOException {
    return Files.writeString(
        directory.resolve("model.json"),
        "{\"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0}, \"merges\": [], " + field + "}}");
  }

  /// A file with one part besides its model.
  private Path file(String name, String part) {
    try {
      return Files.writeString(
          directory.resolve("tokenizer.json"),
          "{\"version\": \"1.0\", \""
              + name
              + "\": "
              + part
              + ", \"model\": {\"type\": \"BPE\", \"vocab\": {\"a\": 0, \"b\": 1, \"far\": 90},"
              + " \"merges\": []}}");
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
