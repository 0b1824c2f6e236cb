package neox.weights.dcp;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import neox.weights.hf.HfFamily;

/// Another program's names for the parameters of transformers' Llama.
///
/// @param program whose names they are, for messages
/// @param embedding what it calls the embedding
/// @param rows which dims of its queries and keys turn together
/// @param layers what stands before the number of a block
/// @param names by transformers' names, of a block's parts without what stands before them
record LlamaNames(
    String program, String embedding, Rows rows, String layers, Map<String, String> names) {
  /// Which dims of a head turn together.
  enum Rows {
    /// i and i + r/2, as transformers has it.
    HALVES,

    /// 2i and 2i + 1, as Meta has it.
    NEIGHBOURS
  }

  static final String HEAD = "lm_head.weight";

  private static final Pattern BLOCK = Pattern.compile("model\\.layers\\.(\\d+)\\.(.*)(\\.\\w+)");

  static final LlamaNames TORCHTITAN =
      new LlamaNames(
          "torchtitan's Llama",
          "tok_embeddings.weight",
          Rows.NEIGHBOURS,
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
          "OLMo-core's Llama",
          "embeddings.weight",
          Rows.HALVES,
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

  static HfFamily family() {
    return HfFamily.named("llama").orElseThrow();
  }
}
