package neox.config.model;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import neox.config.table.YamlWriter;

/// What the weights of a network mean, key by key: with another value of any of these, the same
/// weights would compute something else.
///
/// Left out is what may change between two uses of the same weights: how long the texts are, how
/// the vocabulary is padded, dropout, first values, precision, and the choice between two kernels
/// of one formula.
///
/// @param facts NeoX's key → the value in use; keys without effect on this network are left out
public record Architecture(Map<String, Object> facts) {

  /// A key for which two networks have different values.
  public record Difference(String key, Object here, Object there) {
    /// The value here, as a configuration writes it.
    public String hereText() {
      return text(here);
    }

    /// The value there, as a configuration writes it.
    public String thereText() {
      return text(there);
    }

    private static String text(Object value) {
      return value.equals(NOTHING) ? NOTHING : YamlWriter.inline(value);
    }
  }

  /// Stands for a key that has no value.
  private static final String NOTHING = "null";

  public static Architecture of(ModelConfig model) {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("num_layers", model.layers());
    facts.put("hidden_size", model.hiddenSize());
    facts.put("num_attention_heads", model.heads());
    facts.put("num_kv_heads", model.kvHeads() == model.heads() ? NOTHING : model.kvHeads());
    positions(facts, model.positions());
    norm(facts, model.norm());
    model.prompt().ifPresent(prompt -> facts.put(PromptConfig.TOKENS, prompt.tokens()));
    facts.put("no_weight_tying", !model.head().tied());
    blocks(facts, model);
    facts.put("use_mup", model.mup().isPresent());
    model.mup().ifPresent(mup -> mup(facts, mup));
    return new Architecture(facts);
  }

  private static void mup(Map<String, Object> facts, Mup mup) {
    facts.put("base_shapes_file", "a network narrower by " + mup.widthFactor());
    facts.put("mup_rules", mup.rules());
    facts.put("mup_embedding_mult", mup.embeddingFactor());
    facts.put("mup_attn_temp", mup.attentionTemperature());
    facts.put("mup_output_temp", mup.outputTemperature());
  }

  private static void blocks(Map<String, Object> facts, ModelConfig model) {
    put(facts, "attention_config", model.blocks().stream().map(Architecture::formula).toList());
    if (!model.gmlps().isEmpty()) {
      facts.put("seq_length", model.seqLength()); // the size of their matrices
    }
    model.gmlps().stream()
        .flatMapToInt(gmlp -> gmlp.attentionSize().stream())
        .forEach(size -> facts.put("gmlp_attn_dim", size));
    ofBlocks(facts, model, "gpt_j_residual", block -> block.residual().parallel());
    ofBlocks(facts, model, "gpt_j_tied", b -> b.residual() == Residual.PARALLEL_TIED_NORM);
    put(facts, "activation", model.blocks().stream().map(Architecture::activation).toList());
    put(facts, "bias_gelu_fusion", model.blocks().stream().map(Architecture::tanhGelu).toList());
    ofBlocks(facts, model, "intermediate_size", block -> block.mlp().size());
    ofBlocks(facts, model, "use_bias_in_mlp", block -> block.mlp().bias());
    ofBlocks(facts, model, "use_bias_in_attn_linear", block -> block.attention().bias());
    ofBlocks(facts, model, "use_qk_layernorm", block -> block.attention().normed());
    facts.put(
        "apply_query_key_layer_scaling",
        model.transformers().stream().anyMatch(block -> block.attention().biasFactor() > 1));
    ofBlocks(facts, model, "sliding_window_width", block -> orNothing(block.attention().window()));
  }

  private static void positions(Map<String, Object> facts, Positions positions) {
    facts.put("pos_emb", positions.name());
    switch (positions) {
      case Positions.Learned learned -> {
        facts.put("max_position_embeddings", learned.rows());
        facts.put("opt_pos_emb_offset", learned.offset());
      }
      case Positions.Rotary rotary -> {
        facts.put("rotary_pct", rotary.fraction());
        facts.put("rotary_emb_base", rotary.base());
        scaling(facts, rotary.scaling());
      }
      case Positions.Relative relative -> {
        facts.put("rpe_num_buckets", relative.buckets());
        facts.put("rpe_max_distance", relative.maxDistance());
      }
      case Positions.Sinusoidal _, Positions.Alibi _, Positions.None _ -> {}
    }
  }

  private static void scaling(Map<String, Object> facts, RotaryScaling scaling) {
    facts.put(RotaryScaling.TYPE, scaling.type());
    switch (scaling) {
      case RotaryScaling.None _ -> {}
      case RotaryScaling.Linear linear -> facts.put(RotaryScaling.FACTOR, linear.factor());
      case RotaryScaling.Yarn yarn -> {
        facts.put(RotaryScaling.FACTOR, yarn.factor());
        facts.put(RotaryScaling.POSITIONS, yarn.positions());
        facts.put("rope_scaling.beta_fast", yarn.betaFast());
        facts.put("rope_scaling.beta_slow", yarn.betaSlow());
        facts.put("rope_scaling.attention_factor", yarn.attentionFactor());
      }
      case RotaryScaling.Llama3 llama -> {
        facts.put(RotaryScaling.FACTOR, llama.factor());
        facts.put(RotaryScaling.POSITIONS, llama.positions());
        facts.put(RotaryScaling.LOW_FREQUENCY, llama.lowFrequency());
        facts.put(RotaryScaling.HIGH_FREQUENCY, llama.highFrequency());
      }
    }
  }

  private static void norm(Map<String, Object> facts, Norm norm) {
    facts.put("norm", norm.name());
    String key =
        switch (norm) {
          case Norm.LayerNorm _, Norm.NonParametricLayerNorm _ -> "layernorm_epsilon";
          case Norm.RmsNorm _ -> "rms_norm_epsilon";
          case Norm.ScaleNorm _ -> "scalenorm_epsilon";
        };
    facts.put(key, norm.epsilon());
  }

  /// The word for what a block computes, whatever the kernel.
  private static BlockKind formula(BlockConfig block) {
    return switch (block) {
      case TransformerConfig _ -> BlockKind.GLOBAL;
      case GmlpConfig gmlp -> gmlp.attentionSize().isPresent() ? BlockKind.AMLP : BlockKind.GMLP;
    };
  }

  private static Activation activation(BlockConfig block) {
    return switch (block) {
      case TransformerConfig transformer -> transformer.mlp().activation();
      case GmlpConfig gmlp -> gmlp.activation();
    };
  }

  private static boolean tanhGelu(BlockConfig block) {
    return switch (block) {
      case TransformerConfig transformer -> transformer.mlp().tanhGelu();
      case GmlpConfig gmlp -> gmlp.tanhGelu();
    };
  }

  private static void ofBlocks(
      Map<String, Object> facts,
      ModelConfig model,
      String key,
      Function<TransformerConfig, Object> value) {
    put(facts, key, model.transformers().stream().map(value).toList());
  }

  /// One value where all blocks agree, otherwise one for each; nothing of no block.
  private static void put(Map<String, Object> facts, String key, List<? extends Object> values) {
    if (!values.isEmpty()) {
      boolean agree = values.stream().distinct().count() == 1;
      facts.put(key, agree ? values.getFirst() : values);
    }
  }

  private static Object orNothing(OptionalInt value) {
    return value.isPresent() ? value.getAsInt() : NOTHING;
  }

  /// Every key that both have and that differs. (A key that one lacks follows from another that
  /// differs: only rotary positions have a base.)
  public List<Difference> differences(Architecture other) {
    List<Difference> differences = new ArrayList<>();
    facts.forEach((key, value) -> {
      Object there = other.facts().get(key);
      if (there != null && !Objects.equals(value, there)) {
        differences.add(new Difference(key, value, there));
      }
    });
    return differences;
  }

  /// The facts that `values`, which another program wrote, states differently: its numbers, texts
  /// and truth values are compared with those of the same key.
  public List<Difference> differences(Map<?, ?> values) {
    List<Difference> differences = new ArrayList<>();
    facts.forEach((key, value) -> {
      // NeoX's width of a gated MLP is that before the 2/3; shapes tell it anyway.
      Optional<Object> there =
          key.equals("intermediate_size") ? Optional.empty() : Optional.ofNullable(values.get(key));
      there
          .filter(stated -> contradicts(value, stated))
          .ifPresent(stated -> differences.add(new Difference(key, value, stated)));
    });
    return differences;
  }

  private static boolean contradicts(Object fact, Object stated) {
    return switch (stated) {
      case Number number -> fact instanceof Number own && own.doubleValue() != number.doubleValue();
      case Boolean flag -> fact instanceof Boolean own && !own.equals(flag);
      case String text ->
          fact instanceof Enum<?> own && !text.equalsIgnoreCase(YamlWriter.inline(own));
      default -> false;
    };
  }
}
