package neox.tokenizer.special;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import neox.base.UserException;
import neox.tokenizer.Tokenizer;
import neox.tokenizer.Tokenizers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextBoundsTest {
  private static final List<String> VOCABULARY =
      List.of("<unk>", "<s>", "</s>", "<|endoftext|>", "<|im_end|>", "a");

  @TempDir Path directory;

  private Tokenizer tokenizer(String... tokens) throws IOException {
    String vocab =
        Arrays.stream(tokens)
            .map(token -> "\"%s\": %d".formatted(token, VOCABULARY.indexOf(token)))
            .collect(Collectors.joining(", "));
    Path file =
        Files.writeString(
            directory.resolve("tokenizer.json"),
            """
            {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": null,
             "post_processor": null, "decoder": null,
             "model": {"type": "WordLevel", "vocab": {%s}, "unk_token": "<unk>"}}
            """
                .formatted(vocab));
    return Tokenizers.open("HFTokenizer", Optional.of(file), Optional.empty());
  }

  private Tokenizer all() throws IOException {
    return tokenizer(VOCABULARY.toArray(String[]::new));
  }

  private void write(Map<String, String> files) throws IOException {
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(directory.resolve(file.getKey()), file.getValue());
    }
  }

  /// The tokenizer's begin and end are those that transformers 5.18 has (of a Mistral without
  /// tokenizer_config.json, 4.57); where there is no end, GPT-NeoX's.
  @ParameterizedTest
  @CsvSource(
      delimiterString = "||",
      nullValues = "-",
      quoteCharacter = '`',
      textBlock =
          """
          {"bos_token": "<s>", "eos_token": "</s>"} || - || - || - || 1 || 2 || 2
          {"bos_token": {"content": "<s>"}, "eos_token": "<|im_end|>"} || - || {"eos_token_id": 4} || {"eos_token_id": [4, 3]} || 1 || 4 || 4,3
          {"bos_token": null, "eos_token": "<|im_end|>"} || {"bos_token": "<s>"} || {"eos_token_id": 4} || - || 1 || 4 || 4
          {"bos_token": null, "eos_token": "<|im_end|>"} || - || {"model_type": "llama", "bos_token_id": 1} || - || - || 4 || 4
          {} || {"bos_token": "<s>", "eos_token": {"content": "</s>"}} || - || - || 1 || 2 || 2
          {"eos_token": "</s>"} || {"eos_token": "<|im_end|>"} || - || - || - || 4 || 4
          {"eos_token": "</s>", "added_tokens_decoder": {}} || {"bos_token": "<s>", "eos_token": "<|im_end|>"} || - || - || - || 2 || 2
          {"tokenizer_class": "LlamaTokenizerFast"} || - || - || - || 1 || 2 || 2
          - || - || {"model_type": "mistral", "eos_token_id": 2} || {} || 1 || 2 || 2
          - || - || {"model_type": "gpt_neox"} || - || 3 || 3 || 3
          {"tokenizer_class": "PreTrainedTokenizerFast"} || - || {"bos_token_id": 1, "eos_token_id": [2, 4]} || {"eos_token_id": null} || - || 2 || 2,4
          {"tokenizer_class": "PreTrainedTokenizerFast"} || - || - || - || - || 3 || 3
          {"bos_token": "<s>", "eos_token": "<|im_end|>"} || - || {"eos_token_id": 2} || {"_from_model_config": true, "eos_token_id": 2} || 1 || 4 || 4,2
          - || - || {"model_type": "gpt_neox", "bos_token_id": 0, "eos_token_id": 2} || {"_from_model_config": true, "eos_token_id": 2} || 3 || 3 || 3
          {"eos_token": "not there"} || - || - || - || - || 3 || 3
          """)
  void aDirectoryNamesItsTokens(
      String own,
      String map,
      String config,
      String generation,
      Integer begin,
      Integer end,
      String stops)
      throws IOException {
    Tokenizer tokenizer = all();
    writeIfAny("tokenizer_config.json", own);
    writeIfAny("special_tokens_map.json", map);
    writeIfAny("config.json", config);
    writeIfAny("generation_config.json", generation);
    TextBounds bounds = TextBounds.declaredIn(directory, tokenizer);
    assertThat(bounds.begin()).isEqualTo(optional(begin));
    assertThat(bounds.end()).isEqualTo(optional(end));
    assertThat(bounds.stops())
        .isEqualTo(Arrays.stream(stops.split(",", -1)).map(Integer::valueOf).toList());
    assertThat(bounds.prefix()).isEqualTo(optional(begin == null ? end : begin));
  }

  @SuppressWarnings("NullAway") // JUnit gives null for a dash
  private void writeIfAny(String name, String text) throws IOException {
    if (text != null) {
      write(Map.of(name, text));
    }
  }

  @SuppressWarnings("NullAway") // likewise
  private static OptionalInt optional(Integer id) {
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  @Test
  void withoutAWordOfHuggingFaceDocumentsEndAsGptNeoxEndsThem() throws IOException {
    assertThat(TextBounds.besideFilesOf(all()))
        .isEqualTo(new TextBounds(OptionalInt.of(3), OptionalInt.of(3), List.of(3)));
    assertThat(TextBounds.besideFilesOf(tokenizer("<unk>", "<s>", "</s>")))
        .isEqualTo(TextBounds.NONE);
    write(Map.of("tokenizer_config.json", "{\"bos_token\": \"<s>\", \"eos_token\": \"</s>\"}"));
    assertThat(TextBounds.besideFilesOf(tokenizer("<unk>", "<s>", "</s>")))
        .isEqualTo(new TextBounds(OptionalInt.of(1), OptionalInt.of(2), List.of(2)));
  }

  @Test
  void aFileThatIsNoJsonIsNamed() throws IOException {
    Tokenizer tokenizer = all();
    write(Map.of("tokenizer_config.json", "{"));
    assertThatThrownBy(() -> TextBounds.declaredIn(directory, tokenizer))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith(directory.resolve("tokenizer_config.json") + ":1");
  }
}
