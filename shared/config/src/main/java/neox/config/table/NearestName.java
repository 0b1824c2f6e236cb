package neox.config.table;

import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import neox.base.text.Spelling;

/// Guesses which name was meant by a misspelt one.
public final class NearestName {
  /// Names that people bring from other trainers, or from older versions of GPT-NeoX.
  private static final Map<String, String> OTHER_WORDS =
      Map.ofEntries(
          Map.entry("save_iters", "extra_save_iters"),
          Map.entry("label_data_paths", "train_label_data_paths"),
          Map.entry("gas", "gradient_accumulation_steps"),
          Map.entry("micro_batch_size", "train_micro_batch_size_per_gpu"),
          Map.entry("global_batch_size", "train_batch_size"),
          Map.entry("bf16", "bfloat16"),
          Map.entry("float32", "fp32"),
          Map.entry("float16", "fp16"),
          Map.entry("half", "fp16"),
          Map.entry("max_steps", "train_iters"),
          Map.entry("max_iters", "train_iters"),
          Map.entry("learning_rate", "optimizer.params.lr"),
          Map.entry("n_layer", "num_layers"),
          Map.entry("n_layers", "num_layers"),
          Map.entry("n_head", "num_attention_heads"),
          Map.entry("n_heads", "num_attention_heads"),
          Map.entry("d_model", "hidden_size"),
          Map.entry("ffn_hidden_size", "intermediate_size"),
          Map.entry("lr_warmup_fraction", "warmup"),
          Map.entry("clip_gradients", "gradient_clipping"),
          Map.entry("tensor_model_parallel_size", "model_parallel_size"),
          Map.entry("pipeline_model_parallel_size", "pipe_parallel_size"));

  /// The name among `candidates` that was most probably meant, if any is near enough.
  public static Optional<String> of(String name, Collection<String> candidates) {
    String wanted = normal(name);
    String known = OTHER_WORDS.get(wanted);
    if (known != null && candidates.contains(known)) {
      return Optional.of(known);
    }
    int reach = Math.max(1, wanted.length() / 4);
    Optional<String> nearest = Optional.empty();
    for (String candidate : candidates.stream().sorted().toList()) {
      if (Math.abs(candidate.length() - wanted.length()) <= reach) {
        int distance = Spelling.distance(wanted, normal(candidate));
        if (distance <= reach) {
          nearest = Optional.of(candidate);
          reach = distance - 1; // only a nearer one is better now
        }
      }
    }
    return nearest;
  }

  /// `; did you mean 'x'?`, or nothing.
  public static String hint(String name, Collection<String> candidates) {
    return of(name, candidates).map(n -> "; did you mean '" + n + "'?").orElse("");
  }

  private static String normal(String name) {
    return name.toLowerCase(Locale.ROOT).replace('-', '_');
  }

  private NearestName() {}
}
