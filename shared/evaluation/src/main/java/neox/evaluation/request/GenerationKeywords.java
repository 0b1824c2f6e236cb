package neox.evaluation.request;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import neox.base.UserException;
import neox.base.text.Spelling;

/// Which keywords of Hugging Face's `generate` are known here: those that texts are written by, and
/// those that change no text. All others are refused, since a figure would be another one.
final class GenerationKeywords {
  /// What [GenerationOptions] reads.
  private static final SortedSet<String> READ =
      new TreeSet<>(
          Set.of(
              "until",
              "max_gen_toks",
              "max_new_tokens",
              "max_tokens",
              "max_completion_tokens",
              "do_sample",
              "temperature",
              "top_k",
              "top_p",
              "min_p",
              "repetition_penalty",
              "num_beams"));

  /// What is about speed, memory or what else is returned, what only beams mind, and a scale of
  /// logits that softmax does not see.
  private static final Set<String> NEUTRAL =
      Set.of(
          "use_cache",
          "max_cache_len",
          "low_memory",
          "disable_compile",
          "compile_config",
          "prefill_chunk_size",
          "prompt_lookup_num_tokens",
          "max_matching_ngram_size",
          "pad_token_id",
          "bos_token_id",
          "output_attentions",
          "output_hidden_states",
          "output_scores",
          "output_logits",
          "return_dict_in_generate",
          "early_stopping",
          "length_penalty",
          "renormalize_logits",
          "remove_invalid_values",
          "transformers_version");

  /// What changes no text at one value.
  private static final Map<String, Integer> OFF =
      Map.ofEntries(
          Map.entry("min_length", 0),
          Map.entry("min_new_tokens", 0),
          Map.entry("no_repeat_ngram_size", 0),
          Map.entry("encoder_no_repeat_ngram_size", 0),
          Map.entry("encoder_repetition_penalty", 1),
          Map.entry("guidance_scale", 1),
          Map.entry("penalty_alpha", 0),
          Map.entry("diversity_penalty", 0),
          Map.entry("num_beam_groups", 1),
          Map.entry("num_return_sequences", 1),
          Map.entry("token_healing", 0));

  /// The same, where tokens are drawn; the likeliest token is never filtered out.
  private static final Map<String, Integer> OFF_IN_DRAWS =
      Map.of("typical_p", 1, "epsilon_cutoff", 0, "eta_cutoff", 0);

  /// Refuses what is not known, or not done.
  ///
  /// @param draws whether tokens are drawn
  static void check(ObjectNode keywords, boolean draws) {
    for (Map.Entry<String, JsonNode> keyword : keywords.properties()) {
      if (!keyword.getValue().isNull()) {
        check(keyword.getKey(), keyword.getValue(), draws);
      }
    }
  }

  private static void check(String key, JsonNode value, boolean draws) {
    if (OFF.containsKey(key)) {
      requireOff(key, value, OFF.get(key));
    } else if (OFF_IN_DRAWS.containsKey(key)) {
      if (draws) {
        requireOff(key, value, OFF_IN_DRAWS.get(key));
      }
    } else if (key.equals("max_length")) {
      throw UserException.of(
          "generation options: max_length %s: it counts the prompt, too, and all that is written"
              + " beside it; say max_gen_toks=N instead",
          value);
    } else if (!READ.contains(key) && !NEUTRAL.contains(key)) {
      throw unknown(key, value);
    }
  }

  private static void requireOff(String key, JsonNode value, int off) {
    if (value.asDouble(Double.NaN) != off) {
      throw UserException.of(
          "generation options: %s %s: expected %d, or leave it out; texts are written without it here",
          key, value, off);
    }
  }

  private static UserException unknown(String key, JsonNode value) {
    String hint =
        Spelling.nearest(key, READ, Math.max(2, key.length() / 3))
            .map(nearest -> "did you mean '" + nearest + "'?")
            .orElse("texts are written by " + String.join(", ", READ));
    return UserException.of("generation options: %s %s: not done here; %s", key, value, hint);
  }

  private GenerationKeywords() {}
}
