package neox.weights.hf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
import neox.config.model.Activation;
import neox.config.model.AttentionConfig;
import neox.config.model.DropoutConfig;
import neox.config.model.HeadConfig;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.Residual;
import neox.config.model.TransformerConfig;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;

/// What [Llama] and [Mistral] have in common.
final class LlamaBlocks {
  static final String HEAD = "lm_head.weight";

  /// What they do not have in common.
  record Choices(boolean attentionBias, boolean mlpBias, OptionalInt window) {}

  static List<String> obstacles(String label, ModelConfig model) {
    List<String> reasons = new ArrayList<>();
    TransformerConfig block = model.transformers().getFirst();
    Obstacles.unequalBlocks(label, model).ifPresent(reasons::add);
    Obstacles.scaledByWidth(label, model).ifPresent(reasons::add);
    Obstacles.otherPositions(label, model.positions()).ifPresent(reasons::add);
    Obstacles.normedAttention(label, model).ifPresent(reasons::add);
    if (model.positions() instanceof Positions.Rotary rotary
        && rotary.dims(model.headDim()) != model.headDim()) {
      reasons.add(
          "HF %s rotates whole heads, not rotary_pct: %s".formatted(label, rotary.fraction()));
    }
    if (!(model.norm() instanceof Norm.RmsNorm)) {
      reasons.add(
          "HF %s has rmsnorm only, not norm: %s"
              .formatted(label, Obstacles.lower(model.norm().name())));
    }
    if (block.residual().parallel()) {
      reasons.add("HF %s adds attention before the MLP, not gpt_j_residual: true".formatted(label));
    }
    if (block.mlp().activation() != Activation.SWIGLU) {
      reasons.add(
          "HF %s has a swiglu MLP, not activation: %s"
              .formatted(label, Obstacles.lower(block.mlp().activation())));
    }
    return reasons;
  }

  static ModelConfig read(HfJson json, HfDims dims, int mlpSize, Choices choices) {
    String activation = json.text("hidden_act", "silu");
    json.check(
        activation.equals("silu") || activation.equals("swish"),
        "hidden_act '%s' is not supported; expected silu",
        activation);
    Rope rope = Rope.read(json, Rope.LLAMA);
    json.check(
        rope.fraction() == 1,
        "rotary fraction %s; expected 1: it has whole heads",
        rope.fraction());
    TransformerConfig block =
        new TransformerConfig(
            AttentionConfig.PLAIN
                .withBias(choices.attentionBias())
                .withSoftmaxInFp32(true)
                .withWindow(choices.window()),
            new MlpConfig(Activation.SWIGLU, false, mlpSize, choices.mlpBias()),
            Residual.SEQUENTIAL);
    return new ModelConfig(
        dims.dims(),
        Collections.nCopies(dims.layers(), block),
        rope.positions(json, dims),
        new Norm.RmsNorm(json.real("rms_norm_eps", 1e-6)),
        new HeadConfig(json.flag("tie_word_embeddings", false)),
        new DropoutConfig(0, json.realOrNull("attention_dropout", 0)),
        json.init());
  }

  static Map<String, Object> write(ModelConfig model) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("hidden_size", model.hiddenSize());
    json.put("num_hidden_layers", model.layers());
    json.put("num_attention_heads", model.heads());
    json.put("num_key_value_heads", model.kvHeads());
    json.put("head_dim", model.headDim());
    json.put("intermediate_size", model.transformers().getFirst().mlp().size());
    json.put("max_position_embeddings", model.maxPositions());
    json.put("hidden_act", "silu");
    json.putAll(Rope.write(Obstacles.rotary(model), OptionalDouble.empty()));
    json.put("rms_norm_eps", model.norm().epsilon());
    json.put("attention_dropout", model.dropout().attention());
    return json;
  }

  static List<Mapping> mappings(NetworkSpec network) {
    return network.layers().stream().flatMap(layer -> layer(network.config(), layer)).toList();
  }

  private static Stream<Mapping> layer(ModelConfig model, LayerSpec layer) {
    return switch (layer) {
      case LayerSpec.Embedding embedding ->
          Stream.of(new Mapping.Copy(embedding.words(), "model.embed_tokens.weight"));
      case LayerSpec.Transformer block ->
          block(model, block, "model.layers." + block.number() + ".");
      case LayerSpec.SoftPrompt _, LayerSpec.Gmlp _ -> throw Obstacles.overlooked();
      case LayerSpec.FinalNorm last -> Mapping.norm(last.norm(), "model.norm");
      case LayerSpec.Head head -> Mapping.head(head, HEAD);
    };
  }

  private static Stream<Mapping> block(
      ModelConfig model, LayerSpec.Transformer block, String prefix) {
    long width = block.mlp().config().size();
    Map<String, Long> upAndGate = new LinkedHashMap<>();
    upAndGate.put(prefix + "mlp.up_proj", width);
    upAndGate.put(prefix + "mlp.gate_proj", width);
    return Stream.of(
            Mapping.norm(block.norm1(), prefix + "input_layernorm"),
            queryKeyValue(model, block, prefix + "self_attn."),
            Mapping.linear(block.attention().dense(), prefix + "self_attn.o_proj"),
            Mapping.norm(block.norm2(), prefix + "post_attention_layernorm"),
            Mapping.linear(block.mlp().widen(), upAndGate, 1),
            Mapping.linear(block.mlp().narrow(), prefix + "mlp.down_proj"))
        .flatMap(part -> part);
  }

  /// NeoX compat: with as many key heads as query heads, each head's q, k, v lie together; with
  /// fewer, all q, then all k, then all v.
  private static Stream<Mapping> queryKeyValue(
      ModelConfig model, LayerSpec.Transformer block, String prefix) {
    long queries = (long) model.heads() * model.headDim();
    long keys = (long) model.kvHeads() * model.headDim();
    Map<String, Long> rows = new LinkedHashMap<>();
    rows.put(prefix + "q_proj", queries);
    rows.put(prefix + "k_proj", keys);
    rows.put(prefix + "v_proj", keys);
    int groups = model.kvHeads() == model.heads() ? model.heads() : 1;
    return Mapping.linear(block.attention().queryKeyValue(), rows, groups);
  }

  private LlamaBlocks() {}
}
