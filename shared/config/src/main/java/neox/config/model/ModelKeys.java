package neox.config.model;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What a configuration has to say to describe a network: [ModelConfig#from], the other way round.
///
/// For networks that came from elsewhere, whose blocks are all equal transformer blocks. Every key
/// is one of GPT-NeoX's, but for `rope_scaling`, which only such networks have that need it.
public final class ModelKeys {
  /// Dotted key → value, in the order in which a reader would look for them.
  public static Map<String, Object> of(ModelConfig model) {
    requireEqualBlocks(model);
    Map<String, Object> facts = new LinkedHashMap<>(Architecture.of(model).facts());
    facts.values().removeIf("null"::equals);
    Map<String, Object> keys = new LinkedHashMap<>();
    for (String first :
        List.of("num_layers", "hidden_size", "num_attention_heads", "num_kv_heads")) {
      Optional.ofNullable(facts.remove(first)).ifPresent(value -> keys.put(first, value));
    }
    Dims dims = model.dims();
    keys.put("seq_length", dims.seqLength());
    keys.put("max_position_embeddings", dims.maxPositions());
    keys.put("make_vocab_size_divisible_by", dims.vocabDivisor());
    keys.putAll(facts);
    keys.put("attention_config", List.of(List.of(List.of("global"), model.layers())));
    keys.put("attention_softmax_in_fp32", block(model).attention().softmaxInFp32());
    putWidth(keys, block(model).mlp());
    if (model.positions() instanceof Positions.Rotary(_, _, RotaryScaling.None _)) {
      keys.remove(RotaryScaling.TYPE);
    }
    keys.put("hidden_dropout", model.dropout().hidden());
    keys.put("attention_dropout", model.dropout().attention());
    keys.put("init_method", model.init().input());
    keys.put("output_layer_init_method", model.init().output());
    keys.put("init_method_std", model.init().std());
    return Collections.unmodifiableMap(keys);
  }

  /// NeoX compat: a gated MLP gets two thirds of `intermediate_size`, rounded up to a multiple of
  /// `mlp_multiple_of` for each half. With both of one value the width is that value, in training
  /// and in GPT-NeoX's own converters, which take `intermediate_size` as it stands.
  private static void putWidth(Map<String, Object> keys, MlpConfig mlp) {
    keys.put("intermediate_size", mlp.size());
    if (mlp.activation().gated()) {
      keys.put("mlp_multiple_of", mlp.size());
    }
  }

  private static TransformerConfig block(ModelConfig model) {
    return model.transformers().getFirst();
  }

  /// The same formula, whatever the kernel.
  private static TransformerConfig withoutKind(TransformerConfig block) {
    return block.withAttention(block.attention().withKind(AttentionKind.GLOBAL));
  }

  private static void requireEqualBlocks(ModelConfig model) {
    if (!model.gmlps().isEmpty()
        || model.transformers().stream().map(ModelKeys::withoutKind).distinct().count() != 1
        || model.mup().isPresent()
        || model.prompt().isPresent()) {
      throw new IllegalArgumentException("not a plain network of equal transformer blocks");
    }
  }

  private ModelKeys() {}
}
