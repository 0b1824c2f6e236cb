package neox.weights.gguf;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import neox.config.model.Activation;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;
import neox.config.model.TransformerConfig;
import neox.weights.ByteSource;
import neox.weights.LazyTensor;
import neox.weights.RotaryRows;
import neox.weights.Woven;
import neox.weights.Woven.Strand;

/// An architecture of llama.cpp: the keys that describe it, its names, its row orders. Each is told
/// from a family of transformers, whose [neox.weights.hf.HfFamily#obstacles] it shares.
sealed interface GgufArchitecture {
  /// As in `general.architecture`.
  String name();

  /// What it cannot express of a network that its family of transformers can.
  List<String> obstacles(ModelConfig model);

  /// Puts what describes a network, without the rotary positions that all have in common.
  void describe(GgufMetadata metadata, ModelConfig model);

  /// llama.cpp's names by transformers', `N` for the number of a block.
  Map<String, String> names();

  /// A tensor of transformers with its rows in llama.cpp's order.
  LazyTensor ordered(String name, LazyTensor hf, ModelConfig model);

  /// Tensors that llama.cpp asks for and the network has not: vectors of zeros, by their sizes.
  Map<String, Integer> zeros(ModelConfig model);

  /// Whether a head that is the embedding is written out again.
  boolean repeatsTiedHead();

  /// GPT-NeoX's. Its attention takes all queries, then all keys, then all values.
  record GptNeox() implements GgufArchitecture {
    @Override
    public String name() {
      return "gptneox";
    }

    @Override
    public List<String> obstacles(ModelConfig model) {
      List<String> reasons = new ArrayList<>();
      if (model.positions() instanceof Positions.Rotary rotary
          && rotary.scaling() instanceof RotaryScaling.Llama3) {
        reasons.add("GGUF's gptneox has no rope_scaling of Llama 3.1 (rope_type: llama3)");
      }
      Activation activation = model.transformers().getFirst().mlp().activation();
      if (activation != Activation.GELU) {
        reasons.add(
            "GGUF's gptneox has gelu alone, not activation: "
                + activation.name().toLowerCase(Locale.ROOT));
      }
      return reasons;
    }

    @Override
    public void describe(GgufMetadata metadata, ModelConfig model) {
      TransformerConfig block = model.transformers().getFirst();
      metadata
          .put("gptneox.context_length", model.maxPositions())
          .put("gptneox.embedding_length", model.hiddenSize())
          .put("gptneox.block_count", model.layers())
          .put("gptneox.feed_forward_length", block.mlp().size())
          .put("gptneox.attention.head_count", model.heads())
          .flag("gptneox.use_parallel_residual", block.residual().parallel())
          .put("gptneox.attention.layer_norm_epsilon", model.norm().epsilon());
    }

    @Override
    public Map<String, String> names() {
      return Map.ofEntries(
          Map.entry("gpt_neox.embed_in", "token_embd"),
          Map.entry("gpt_neox.final_layer_norm", "output_norm"),
          Map.entry("embed_out", "output"),
          Map.entry("gpt_neox.layers.N.input_layernorm", "blk.N.attn_norm"),
          Map.entry("gpt_neox.layers.N.attention.query_key_value", "blk.N.attn_qkv"),
          Map.entry("gpt_neox.layers.N.attention.dense", "blk.N.attn_output"),
          Map.entry("gpt_neox.layers.N.post_attention_layernorm", "blk.N.ffn_norm"),
          Map.entry("gpt_neox.layers.N.mlp.dense_h_to_4h", "blk.N.ffn_up"),
          Map.entry("gpt_neox.layers.N.mlp.dense_4h_to_h", "blk.N.ffn_down"));
    }

    @Override
    public LazyTensor ordered(String name, LazyTensor hf, ModelConfig model) {
      return name.contains(".attn_qkv.") ? partByPart(hf, model) : hf;
    }

    /// `[heads, 3, headDim]` as `[3, heads, headDim]`.
    private static LazyTensor partByPart(LazyTensor hf, ModelConfig model) {
      long head = hf.byteSize() / model.heads();
      List<ByteSource> parts = new ArrayList<>();
      for (int part = 0; part < 3; part++) {
        Strand strand = new Strand(hf.bytes(), part * head / 3, head / 3, head);
        parts.add(new Woven(model.heads(), List.of(strand)));
      }
      return new LazyTensor(hf.dtype(), hf.shape(), Woven.concatenated(parts));
    }

    /// It asks for biases of the projections of attention, which `use_bias_in_attn_linear: false`
    /// leaves out.
    @Override
    public Map<String, Integer> zeros(ModelConfig model) {
      return model.transformers().getFirst().attention().bias()
          ? Map.of()
          : Map.of("attn_qkv.bias", 3 * model.hiddenSize(), "attn_output.bias", model.hiddenSize());
    }

    @Override
    public boolean repeatsTiedHead() {
      return true;
    }
  }

  /// Llama's, and Mistral's as far as its window does not matter. Neighbouring dims of queries and
  /// keys turn together.
  record Llama() implements GgufArchitecture {
    @Override
    public String name() {
      return "llama";
    }

    @Override
    public List<String> obstacles(ModelConfig model) {
      List<String> reasons = new ArrayList<>();
      OptionalInt window = model.transformers().getFirst().attention().window();
      if (window.isPresent() && window.getAsInt() < model.maxPositions()) {
        reasons.add(
            "GGUF's llama has no sliding window, not sliding_window_width: " + window.getAsInt());
      }
      return reasons;
    }

    @Override
    public void describe(GgufMetadata metadata, ModelConfig model) {
      metadata
          .put("llama.context_length", model.maxPositions())
          .put("llama.embedding_length", model.hiddenSize())
          .put("llama.block_count", model.layers())
          .put("llama.feed_forward_length", model.transformers().getFirst().mlp().size())
          .put("llama.attention.head_count", model.heads())
          .put("llama.attention.head_count_kv", model.kvHeads())
          .put("llama.attention.layer_norm_rms_epsilon", model.norm().epsilon())
          .put("llama.attention.key_length", model.headDim())
          .put("llama.attention.value_length", model.headDim());
    }

    @Override
    public Map<String, String> names() {
      return Map.ofEntries(
          Map.entry("model.embed_tokens", "token_embd"),
          Map.entry("model.norm", "output_norm"),
          Map.entry("lm_head", "output"),
          Map.entry("model.layers.N.input_layernorm", "blk.N.attn_norm"),
          Map.entry("model.layers.N.self_attn.q_proj", "blk.N.attn_q"),
          Map.entry("model.layers.N.self_attn.k_proj", "blk.N.attn_k"),
          Map.entry("model.layers.N.self_attn.v_proj", "blk.N.attn_v"),
          Map.entry("model.layers.N.self_attn.o_proj", "blk.N.attn_output"),
          Map.entry("model.layers.N.post_attention_layernorm", "blk.N.ffn_norm"),
          Map.entry("model.layers.N.mlp.gate_proj", "blk.N.ffn_gate"),
          Map.entry("model.layers.N.mlp.up_proj", "blk.N.ffn_up"),
          Map.entry("model.layers.N.mlp.down_proj", "blk.N.ffn_down"));
    }

    @Override
    public LazyTensor ordered(String name, LazyTensor hf, ModelConfig model) {
      return name.contains(".attn_q.") || name.contains(".attn_k.")
          ? RotaryRows.fromHalves(hf, model.headDim())
          : hf;
    }

    @Override
    public Map<String, Integer> zeros(ModelConfig model) {
      return Map.of();
    }

    @Override
    public boolean repeatsTiedHead() {
      return false;
    }
  }
}
