package neox.data;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;

/// Configurations whose data part is what a test is about.
final class Configs {
  private static final Map<String, String> MINIMAL =
      Map.of(
          "num_layers", "2",
          "hidden_size", "32",
          "num_attention_heads", "4",
          "seq_length", "64",
          "max_position_embeddings", "64",
          "train_micro_batch_size_per_gpu", "4",
          "gradient_accumulation_steps", "2",
          "train_iters", "20",
          "optimizer", "{type: Adam, params: {lr: 0.001}}",
          "tokenizer_type", "CharLevelTokenizer");

  /// @param assignments such as `split=90,5,5`
  static NeoxConfig of(String... assignments) throws IOException {
    Map<String, String> all = new LinkedHashMap<>(MINIMAL);
    for (String assignment : assignments) {
      int equals = assignment.indexOf('=');
      all.put(assignment.substring(0, equals), assignment.substring(equals + 1));
    }
    return ConfigLoader.load(new ConfigSource(Optional.empty(), List.of(), all));
  }

  private Configs() {}
}
