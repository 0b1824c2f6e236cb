package neox.weights.hf;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.Stream;
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

/// The block of GPT-NeoX-20B and Pythia.
///
/// Rotary settings are written under the names of every version of transformers: `rotary_pct` and
/// `rotary_emb_base`, `partial_rotary_factor` and `rope_theta`, `rope_parameters`.
record GptNeox() implements HfFamily {
  /// Of a head that language models have not; transformers' default.
  private static final double CLASSIFIER_DROPOUT = 0.1;

  @Override
  public String name() {
    return "neox";
  }

  @Override
  public String label() {
    return "GPTNeoX";
  }

  @Override
  public String modelType() {
    return "gpt_neox";
  }

  @Override
  public String baseName() {
    return "gpt_neox";
  }

  @Override
  public String headName() {
    return "embed_out.weight";
  }

  @Override
  public int defaultVocabSize() {
    return 50432;
  }

  @Override
  public List<String> differences(ModelConfig model) {
    List<String> reasons = new ArrayList<>();
    TransformerConfig block = model.transformers().getFirst();
    Obstacles.unequalBlocks(label(), model).ifPresent(reasons::add);
    Obstacles.scaledByWidth(label(), model).ifPresent(reasons::add);
    Obstacles.otherPositions(label(), model.positions()).ifPresent(reasons::add);
    Obstacles.normedAttention(label(), model).ifPresent(reasons::add);
    if (!(model.norm() instanceof Norm.LayerNorm)) {
      reasons.add(
          "HF GPTNeoX has layernorm only, not norm: " + Obstacles.lower(model.norm().name()));
    }
    if (block.residual() == Residual.PARALLEL_TIED_NORM) {
      reasons.add("HF GPTNeoX has two norms per block, not the one of gpt_j_tied: true");
    }
    if (HiddenAct.name(block.mlp()).isEmpty()) {
      reasons.add(
          "HF GPTNeoX has a plain MLP (gelu, relu, silu, swish, mish), not activation: "
              + Obstacles.lower(block.mlp().activation()));
    }
    if (model.kvHeads() != model.heads()) {
      reasons.add(
          "HF GPTNeoX has as many key/value heads as query heads, not num_kv_heads: "
              + model.kvHeads()
              + " of "
              + model.heads());
    }
    if (!block.mlp().bias()) {
      reasons.add("HF GPTNeoX has biases in the MLP, not use_bias_in_mlp: false");
    }
    block
        .attention()
        .window()
        .ifPresent(window ->
            reasons.add("HF GPTNeoX has no sliding window, not sliding_window_width: " + window));
    return reasons;
  }

  @Override
  public ModelConfig read(HfJson json) {
    HfDims dims = HfDims.read(json, new HfDims(44, 6144, 64, OptionalInt.empty(), 2048));
    Rope rope = Rope.read(json, Rope.NEOX);
    HiddenAct.Plain act = HiddenAct.read(json);
    TransformerConfig block =
        new TransformerConfig(
            AttentionConfig.PLAIN
                .withBias(json.flag("attention_bias", true))
                .withSoftmaxInFp32(true),
            new MlpConfig(
                act.activation(), act.tanhGelu(), json.integer("intermediate_size", 24576), true),
            json.flag("use_parallel_residual", true) ? Residual.PARALLEL : Residual.SEQUENTIAL);
    return new ModelConfig(
        dims.dims(),
        Collections.nCopies(dims.layers(), block),
        rope.positions(json, dims),
        new Norm.LayerNorm(json.real("layer_norm_eps", 1e-5)),
        new HeadConfig(json.flag("tie_word_embeddings", false)),
        new DropoutConfig(json.real("hidden_dropout", 0), json.real("attention_dropout", 0)),
        json.init());
  }

  @Override
  public Map<String, Object> write(ModelConfig model) {
    TransformerConfig block = model.transformers().getFirst();
    Positions.Rotary rotary = Obstacles.rotary(model);
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("hidden_size", model.hiddenSize());
    json.put("num_hidden_layers", model.layers());
    json.put("num_attention_heads", model.heads());
    json.put("intermediate_size", block.mlp().size());
    json.put("max_position_embeddings", model.maxPositions());
    json.put(HiddenAct.KEY, HiddenAct.name(block.mlp()).orElseThrow());
    json.put("rotary_pct", rotary.fraction());
    json.put("rotary_emb_base", rotary.base());
    json.putAll(Rope.write(rotary, OptionalDouble.of(rotary.fraction())));
    json.put("use_parallel_residual", block.residual().parallel());
    json.put("attention_bias", block.attention().bias());
    json.put("layer_norm_eps", model.norm().epsilon());
    json.put("hidden_dropout", model.dropout().hidden());
    json.put("attention_dropout", model.dropout().attention());
    json.put("classifier_dropout", CLASSIFIER_DROPOUT);
    return json;
  }

  @Override
  public List<Mapping> mappings(NetworkSpec network) {
    return network.layers().stream().flatMap(this::layer).toList();
  }

  private Stream<Mapping> layer(LayerSpec layer) {
    return switch (layer) {
      case LayerSpec.Embedding embedding ->
          Stream.of(new Mapping.Copy(embedding.words(), "gpt_neox.embed_in.weight"));
      case LayerSpec.Transformer block -> block(block, "gpt_neox.layers." + block.number() + ".");
      case LayerSpec.SoftPrompt _, LayerSpec.Gmlp _ -> throw Obstacles.overlooked();
      case LayerSpec.FinalNorm last -> Mapping.norm(last.norm(), "gpt_neox.final_layer_norm");
      case LayerSpec.Head head -> Mapping.head(head, headName());
    };
  }

  private static Stream<Mapping> block(LayerSpec.Transformer block, String prefix) {
    return Stream.of(
            Mapping.norm(block.norm1(), prefix + "input_layernorm"),
            Mapping.linear(block.attention().queryKeyValue(), prefix + "attention.query_key_value"),
            Mapping.linear(block.attention().dense(), prefix + "attention.dense"),
            Mapping.norm(block.norm2(), prefix + "post_attention_layernorm"),
            Mapping.linear(block.mlp().widen(), prefix + "mlp.dense_h_to_4h"),
            Mapping.linear(block.mlp().narrow(), prefix + "mlp.dense_4h_to_h"))
        .flatMap(part -> part);
  }
}
