package neox.converthf.verify;

import com.fasterxml.jackson.databind.JsonNode;
import neox.converthf.verify.ReferenceAttention.Head;

/// transformers' `LlamaForCausalLM` and `MistralForCausalLM`.
///
/// @param config its `config.json`
/// @param window tokens that each one sees
record LlamaReference(JsonNode config, ReferenceTensors tensors, int window) {
  private static final String EMBEDDING = "model.embed_tokens.weight";

  /// `[s][V]`
  double[][] logits(int[] tokens) {
    double[][] x = tensors.embedding(EMBEDDING, tokens); // [s][h]
    for (int layer = 0; layer < config.path("num_hidden_layers").asInt(); layer++) {
      String prefix = "model.layers." + layer + ".";
      x = Reference.add(attention(prefix + "self_attn.", norm(prefix + "input_layernorm", x)), x);
      x = Reference.add(mlp(prefix + "mlp.", norm(prefix + "post_attention_layernorm", x)), x);
    }
    boolean tied = config.path("tie_word_embeddings").asBoolean(false);
    return tensors.linear(tied ? EMBEDDING : "lm_head.weight", norm("model.norm", x));
  }

  private double[][] norm(String module, double[][] x) {
    return tensors.rmsNorm(module, x, config.path("rms_norm_eps").asDouble(1e-6));
  }

  /// down(silu(gate x) · up x)
  private double[][] mlp(String prefix, double[][] x) {
    boolean bias = config.path("mlp_bias").asBoolean(false);
    double[][] gate = projection(prefix + "gate_proj", x, bias);
    double[][] up = projection(prefix + "up_proj", x, bias);
    ReferenceActivation.map(
        gate, ReferenceActivation.named(config.path("hidden_act").asText("silu")));
    for (int t = 0; t < gate.length; t++) {
      for (int i = 0; i < gate[t].length; i++) {
        gate[t][i] *= up[t][i];
      }
    }
    return projection(prefix + "down_proj", gate, bias);
  }

  /// Some query heads in a row share a head of keys and values.
  private double[][] attention(String prefix, double[][] x) {
    boolean bias = config.path("attention_bias").asBoolean(false);
    int heads = config.path("num_attention_heads").asInt();
    int kvHeads = config.path("num_key_value_heads").asInt(heads);
    int headDim = config.path("head_dim").asInt(config.path("hidden_size").asInt() / heads);
    double[][] q = projection(prefix + "q_proj", x, bias);
    double[][] k = projection(prefix + "k_proj", x, bias);
    double[][] v = projection(prefix + "v_proj", x, bias);
    ReferenceRope rope = ReferenceRope.of(config, headDim);
    for (int t = 0; t < x.length; t++) {
      for (int head = 0; head < heads; head++) {
        rope.turn(q[t], head * headDim, t);
      }
      for (int head = 0; head < kvHeads; head++) {
        rope.turn(k[t], head * headDim, t);
      }
    }
    double[][] result = new double[x.length][heads * headDim];
    ReferenceAttention attention = new ReferenceAttention(headDim, window);
    for (int head = 0; head < heads; head++) {
      int shared = head / (heads / kvHeads) * headDim;
      attention.attend(q, k, v, new Head(head * headDim, shared, shared, head * headDim), result);
    }
    return projection(prefix + "o_proj", result, bias);
  }

  private double[][] projection(String module, double[][] x, boolean bias) {
    return bias ? tensors.linearWithBias(module, x) : tensors.linear(module + ".weight", x);
  }
}
