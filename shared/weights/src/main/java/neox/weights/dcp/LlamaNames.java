package neox.weights.dcp;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.config.model.ModelConfig;
import neox.weights.hf.HfFamily;
import neox.weights.hf.Mapping;
import neox.weights.spec.NetworkSpec;

/// Another program's names for the parameters of transformers' Llama.
///
/// @param layers what stands before the number of a block
/// @param names by transformers' names, of a block's parts without what stands before them
record LlamaNames(String layers, Map<String, String> names) {
  static final String HEAD = "lm_head.weight";

  private static final Pattern BLOCK = Pattern.compile("model\\.layers\\.(\\d+)\\.(.*)(\\.\\w+)");

  static final LlamaNames TORCHTITAN =
      new LlamaNames(
          "layers.",
          Map.ofEntries(
              Map.entry("model.embed_tokens.weight", "tok_embeddings.weight"),
              Map.entry("model.norm.weight", "norm.weight"),
              Map.entry(HEAD, "output.weight"),
              Map.entry("self_attn.q_proj", "attention.wq"),
              Map.entry("self_attn.k_proj", "attention.wk"),
              Map.entry("self_attn.v_proj", "attention.wv"),
              Map.entry("self_attn.o_proj", "attention.wo"),
              Map.entry("mlp.gate_proj", "feed_forward.w1"),
              Map.entry("mlp.up_proj", "feed_forward.w3"),
              Map.entry("mlp.down_proj", "feed_forward.w2"),
              Map.entry("input_layernorm", "attention_norm"),
              Map.entry("post_attention_layernorm", "ffn_norm")));

  static final LlamaNames OLMO_CORE =
      new LlamaNames(
          "blocks.",
          Map.ofEntries(
              Map.entry("model.embed_tokens.weight", "embeddings.weight"),
              Map.entry("model.norm.weight", "lm_head.norm.weight"),
              Map.entry(HEAD, "lm_head.w_out.weight"),
              Map.entry("self_attn.q_proj", "attention.w_q"),
              Map.entry("self_attn.k_proj", "attention.w_k"),
              Map.entry("self_attn.v_proj", "attention.w_v"),
              Map.entry("self_attn.o_proj", "attention.w_out"),
              Map.entry("mlp.gate_proj", "feed_forward.w1"),
              Map.entry("mlp.up_proj", "feed_forward.w3"),
              Map.entry("mlp.down_proj", "feed_forward.w2"),
              Map.entry("input_layernorm", "attention_norm"),
              Map.entry("post_attention_layernorm", "feed_forward_norm")));

  /// The program's name for transformers' `name`.
  String of(String name) {
    Matcher block = BLOCK.matcher(name);
    if (!block.matches()) {
      return names.getOrDefault(name, name);
    }
    String part = names.getOrDefault(block.group(2), block.group(2));
    return layers + block.group(1) + "." + part + block.group(3);
  }

  static List<String> obstacles(ModelConfig model) {
    return family().obstacles(model);
  }

  static List<Mapping> mappings(NetworkSpec network) {
    return family().mappings(network);
  }

  static HfFamily family() {
    return HfFamily.named("llama").orElseThrow();
  }
}
