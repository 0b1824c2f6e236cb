package neox.weights.hf;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import neox.weights.ParameterSpec;
import neox.weights.neox.NeoxParameters;

/// What transformers' GPTNeoX calls the parameters of the table. Shapes and row orders are equal.
public final class HfNames {
  /// NeoX's name inside the layer → HF's; `%d` is the block.
  private static final Map<String, String> NAMES =
      Map.ofEntries(
          Map.entry("word_embeddings.weight", "gpt_neox.embed_in.weight"),
          block("input_layernorm", "input_layernorm", "weight"),
          block("input_layernorm", "input_layernorm", "bias"),
          block("post_attention_layernorm", "post_attention_layernorm", "weight"),
          block("post_attention_layernorm", "post_attention_layernorm", "bias"),
          block("attention.query_key_value", "attention.query_key_value", "weight"),
          block("attention.query_key_value", "attention.query_key_value", "bias"),
          block("attention.dense", "attention.dense", "weight"),
          block("attention.dense", "attention.dense", "bias"),
          block("mlp.linear1", "mlp.dense_h_to_4h", "weight"),
          block("mlp.linear1", "mlp.dense_h_to_4h", "bias"),
          block("mlp.linear2", "mlp.dense_4h_to_h", "weight"),
          block("mlp.linear2", "mlp.dense_4h_to_h", "bias"),
          Map.entry("norm.weight", "gpt_neox.final_layer_norm.weight"),
          Map.entry("norm.bias", "gpt_neox.final_layer_norm.bias"),
          Map.entry("final_linear.weight", "embed_out.weight"));

  /// Constants that older exports store beside the parameters.
  private static final List<String> BUFFERS =
      List.of(".attention.bias", ".attention.masked_bias", ".attention.rotary_emb.inv_freq");

  /// HF's name of a parameter; empty when HF GPTNeoX has none like it.
  public static Optional<String> of(ParameterSpec spec) {
    String name = NAMES.get(spec.name());
    return Optional.ofNullable(name)
        .map(n -> n.replace("%d", String.valueOf(spec.layer() - NeoxParameters.FIRST_BLOCK)));
  }

  /// True for a tensor that is no parameter.
  static boolean isBuffer(String hfName) {
    return BUFFERS.stream().anyMatch(hfName::endsWith);
  }

  private static Map.Entry<String, String> block(String neox, String hf, String kind) {
    return Map.entry(neox + "." + kind, "gpt_neox.layers.%d." + hf + "." + kind);
  }

  private HfNames() {}
}
