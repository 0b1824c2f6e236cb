package neox.converthf;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Optional;

/// The rules by which llama.cpp cuts a text into words before BPE (`tokenizer.ggml.pre`), known by
/// the `pre_tokenizer` of a `tokenizer.json` that does the same. (Several names of llama.cpp stand
/// for one rule: its converter calls GPT-NeoX-20B's tokenizer `olmo`, with the words of `gpt-2`.)
final class WordRule {
  static final String GPT_2 = "gpt-2";
  static final String NAMES = "those of GPT-2, StarCoder and Llama 3";

  private static final String LLAMA_3 =
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}"
          + "| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

  /// The name of the rule; empty when llama.cpp has none.
  static Optional<String> of(JsonNode preTokenizer) {
    if (isByteLevel(preTokenizer, true)) {
      return Optional.of(GPT_2);
    }
    JsonNode steps = preTokenizer.path("pretokenizers");
    if (!preTokenizer.path("type").asText().equals("Sequence") || steps.size() != 2) {
      return Optional.empty();
    }
    JsonNode first = steps.path(0);
    boolean digits =
        first.path("type").asText().equals("Digits") && first.path("individual_digits").asBoolean();
    if (digits && isByteLevel(steps.path(1), true)) {
      return Optional.of("starcoder");
    }
    boolean llama =
        first.path("type").asText().equals("Split")
            && first.path("pattern").path("Regex").asText().equals(LLAMA_3)
            && first.path("behavior").asText().equals("Isolated")
            && !first.path("invert").asBoolean();
    return llama && isByteLevel(steps.path(1), false) ? Optional.of("llama-bpe") : Optional.empty();
  }

  /// @param splits whether GPT-2's words are cut, or bytes only spelled
  private static boolean isByteLevel(JsonNode step, boolean splits) {
    return step.path("type").asText().equals("ByteLevel")
        && !step.path("add_prefix_space").asBoolean(true)
        && step.path("use_regex").asBoolean(true) == splits;
  }

  private WordRule() {}
}
