package neox.evaluation.request;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.ObjectNode;
import neox.base.UserException;
import neox.base.json.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class GenerationOptionsTest {
  private static GenerationOptions options(String keywords) {
    return new GenerationOptions((ObjectNode) Json.parse(keywords, "keywords"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"no_repeat_ngram_size\": 0, \"min_new_tokens\": null, \"min_length\": 0}",
        "{\"typical_p\": 0.9, \"epsilon_cutoff\": 0.1, \"eta_cutoff\": 0.1}", // not drawn
        "{\"temperature\": 1, \"typical_p\": 1.0, \"epsilon_cutoff\": 0, \"eta_cutoff\": 0.0}",
        "{\"num_beams\": 1, \"early_stopping\": true, \"length_penalty\": 2, \"num_beam_groups\": 1}",
        "{\"use_cache\": false, \"pad_token_id\": 0, \"num_return_sequences\": 1}",
        "{\"anything\": null, \"max_length\": null, \"token_healing\": false}"
      })
  void whatChangesNoTextIsTaken(String keywords) {
    assertThat(options(keywords).maxTokens()).isEqualTo(256);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "{\"no_repeat_ngram_size\": 3};no_repeat_ngram_size 3: expected 0, or leave it out; texts",
        "{\"min_new_tokens\": 5};min_new_tokens 5: expected 0, or leave it out",
        "{\"temperature\": 1, \"typical_p\": 0.9};typical_p 0.9: expected 1, or leave it out",
        "{\"num_return_sequences\": 2};num_return_sequences 2: expected 1",
        "{\"token_healing\": true};token_healing true: expected 0",
        "{\"max_length\": 100};max_length 100: it counts the prompt, too",
        "{\"suppress_tokens\": [1]};suppress_tokens [1]: not done here; texts are written by do_sample,",
        "{\"stop\": \"x\"};stop \"x\": not done here",
        "{\"max_gen_tokens\": 5};max_gen_tokens 5: not done here; did you mean 'max_gen_toks'?",
        "{\"num_beams\": 2};num_beams 2: expected 1; texts are written from left to right",
      })
  void whatWouldChangeATextIsRefusedByName(String keywords, String problem) {
    assertThatThrownBy(() -> options(keywords))
        .isInstanceOf(UserException.class)
        .hasMessageStartingWith("generation options: " + problem);
  }
}
