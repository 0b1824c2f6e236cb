package neox.train.plan;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.NeoxConfig;
import neox.config.RunShape;

/// Configurations of a small network, two micro-batches of four texts of 32 tokens.
final class PlannedConfigs {
  static final int VOCABULARY = 500;

  static Map<String, String> keys(Map<String, String> more) {
    Map<String, String> keys = new LinkedHashMap<>();
    keys.put("num_layers", "4");
    keys.put("hidden_size", "64");
    keys.put("num_attention_heads", "4");
    keys.put("seq_length", "32");
    keys.put("max_position_embeddings", "32");
    keys.put("pos_emb", "rotary");
    keys.put("no_weight_tying", "true");
    keys.put("optimizer", "{type: Adam, params: {lr: 0.001}}");
    keys.put("train_micro_batch_size_per_gpu", "4");
    keys.put("gradient_accumulation_steps", "2");
    keys.put("train_iters", "100");
    keys.put("lr_decay_iters", "100");
    keys.put("tokenizer_type", "CharLevelTokenizer");
    keys.put("data_path", "data");
    keys.putAll(more);
    return keys;
  }

  static NeoxConfig config(int world, Map<String, String> more) {
    ConfigSource source = new ConfigSource(Optional.empty(), List.of(), keys(more));
    try {
      return ConfigLoader.read(source, RunShape.ofRanks(world)).config();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static PlannedRun run(Map<String, String> more) {
    return new PlannedRun(config(1, more), VOCABULARY, Gpus.named("a100-40g"));
  }

  private PlannedConfigs() {}
}
