package neox.converthf.verify;

import com.fasterxml.jackson.databind.JsonNode;
import neox.converthf.verify.ReferenceAttention.Head;

/// transformers' `GPTNeoXForCausalLM`.
///
/// @param config its `config.json`
record GptNeoxReference(JsonNode config, ReferenceTensors tensors) {
  /// `[s][V]`
  double[][] logits(int[] tokens) {
    double[][] x = tensors.embedding("gpt_neox.embed_in.weight", tokens); // [s][h]
    for (int layer = 0; layer < config.path("num_hidden_layers").asInt(); layer++) {
      x = block("gpt_neox.layers." + layer + ".", x);
    }
    x = tensors.layerNorm("gpt_neox.final_layer_norm", x, epsilon());
    boolean tied = config.path("tie_word_embeddings").asBoolean(false);
    return tensors.linear(tied ? "gpt_neox.embed_in.weight" : "embed_out.weight", x);
  }

  private double[][] block(String prefix, double[][] x) {
    double[][] attention =
        attention(prefix, tensors.layerNorm(prefix + "input_layernorm", x, epsilon()));
    String norm = prefix + "post_attention_layernorm";
    if (config.path("use_parallel_residual").asBoolean(true)) {
      double[][] mlp = mlp(prefix, tensors.layerNorm(norm, x, epsilon()));
      return Reference.add(Reference.add(mlp, attention), x);
    }
    double[][] between = Reference.add(attention, x);
    return Reference.add(mlp(prefix, tensors.layerNorm(norm, between, epsilon())), between);
  }

  private double[][] mlp(String prefix, double[][] x) {
    double[][] wide = tensors.linearWithBias(prefix + "mlp.dense_h_to_4h", x);
    ReferenceActivation.map(
        wide, ReferenceActivation.named(config.path("hidden_act").asText("gelu")));
    return tensors.linearWithBias(prefix + "mlp.dense_4h_to_h", wide);
  }

  /// A head's rows of q, k and v lie together.
  private double[][] attention(String prefix, double[][] x) {
    int heads = config.path("num_attention_heads").asInt();
    int headDim = config.path("hidden_size").asInt() / heads;
    double[][] qkv = projection(prefix + "attention.query_key_value", x); // [s][heads · 3 · d]
    double[][] result = new double[x.length][heads * headDim];
    ReferenceRope rope = ReferenceRope.of(config, headDim);
    ReferenceAttention attention = new ReferenceAttention(headDim, x.length);
    for (int head = 0; head < heads; head++) {
      int from = head * 3 * headDim;
      for (int t = 0; t < x.length; t++) {
        rope.turn(qkv[t], from, t);
        rope.turn(qkv[t], from + headDim, t);
      }
      Head rows = new Head(from, from + headDim, from + 2 * headDim, head * headDim);
      attention.attend(qkv, qkv, qkv, rows, result);
    }
    return projection(prefix + "attention.dense", result);
  }

  private double[][] projection(String module, double[][] x) {
    return config.path("attention_bias").asBoolean(true)
        ? tensors.linearWithBias(module, x)
        : tensors.linear(module + ".weight", x);
  }

  private double epsilon() {
    return config.path("layer_norm_eps").asDouble(1e-5);
  }
}
