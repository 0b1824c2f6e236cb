package neox.model;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.UnaryOperator;
import neox.config.model.Activation;
import neox.config.model.AttentionConfig;
import neox.config.model.BlockConfig;
import neox.config.model.GmlpConfig;
import neox.config.model.HeadConfig;
import neox.config.model.MlpConfig;
import neox.config.model.ModelConfig;
import neox.config.model.Norm;
import neox.config.model.Positions;
import neox.config.model.PromptConfig;
import neox.config.model.Residual;
import neox.config.model.RotaryScaling;
import neox.config.model.TransformerConfig;

/// One choice that an architecture makes, beside others of which only one can be made.
///
/// @param axis what it chooses
/// @param name which of the axis's
record Choice(String axis, String name, UnaryOperator<ModelConfig> change) {

  private static final String PROMPT = "soft_prompt_tuning";

  /// Whether both can be made at once. (A gMLP's matrix has no rows for a prompt.)
  boolean goesWith(Choice other) {
    return !axis.equals(other.axis())
        && !Set.of(axis, other.axis()).equals(Set.of(PROMPT, "attention_config"));
  }

  /// Whether several texts can be in one row.
  boolean allowsDocuments() {
    return !axis.equals(PROMPT);
  }

  /// Every choice of every axis.
  static List<Choice> all() {
    List<Choice> all = new ArrayList<>();
    for (Positions.Name name : Positions.Name.values()) {
      add(all, "pos_emb", name, c -> c.withPositions(Configs.positions(name)));
    }
    add(all, "pos_emb", "whole", c -> c.withPositions(new Positions.Rotary(1, 500_000)));
    add(all, "pos_emb", "offset", c -> c.withPositions(new Positions.Learned(64, 2)));
    add(all, "pos_emb", "linear", c -> c.withPositions(rotary(new RotaryScaling.Linear(4))));
    add(all, "pos_emb", "yarn", c -> c.withPositions(rotary(new RotaryScaling.Yarn(4, 32))));
    add(
        all,
        "pos_emb",
        "llama3",
        c -> c.withPositions(rotary(new RotaryScaling.Llama3(4, 32, 1, 4))));
    for (Norm.Name name : Norm.Name.values()) {
      add(all, "norm", name, c -> c.withNorm(Configs.norm(name)));
    }
    for (Activation name : Activation.values()) {
      add(all, "activation", name, c -> mlps(c, mlp -> mlp.withActivation(name)));
    }
    add(
        all,
        "activation",
        "tanh",
        c -> mlps(c, mlp -> new MlpConfig(Activation.GELU, true, 12, mlp.bias())));
    for (Residual name : Residual.values()) {
      add(all, "residual", name, c -> c.withTransformers(block -> block.withResidual(name)));
    }
    add(all, "use_bias_in_mlp", "false", c -> mlps(c, mlp -> mlp.withBias(false)));
    add(all, "use_bias_in_attn_linear", "false", c -> attention(c, a -> a.withBias(false)));
    for (int kvHeads : new int[] {1, 2}) {
      add(all, "num_kv_heads", kvHeads, c -> c.withDims(c.dims().withKvHeads(kvHeads)));
    }
    add(all, "use_qk_layernorm", "true", c -> attention(c, a -> a.withNormed(true)));
    add(all, "sliding_window_width", "3", c -> attention(c, a -> a.withWindow(OptionalInt.of(3))));
    add(all, "apply_query_key_layer_scaling", "true", c -> attention(c, a -> a.withBiasFactor(3)));
    add(
        all,
        "attention_softmax_in_fp32",
        "true",
        c -> attention(c, a -> a.withSoftmaxInFp32(true)));
    add(all, "no_weight_tying", "false", c -> c.withHead(new HeadConfig(true)));
    add(all, PROMPT, "3", c -> c.withPrompt(Optional.of(new PromptConfig(3, 0.5))));
    add(all, "attention_config", "gmlp", c -> secondBlock(c, OptionalInt.empty()));
    add(all, "attention_config", "amlp", c -> secondBlock(c, OptionalInt.of(5)));
    return all;
  }

  private static Positions rotary(RotaryScaling scaling) {
    return new Positions.Rotary(1, 100, scaling);
  }

  private static void add(
      List<Choice> all, String axis, Object name, UnaryOperator<ModelConfig> change) {
    all.add(new Choice(axis, name.toString(), change));
  }

  private static ModelConfig mlps(ModelConfig config, UnaryOperator<MlpConfig> change) {
    return config.withTransformers(block -> block.withMlp(change.apply(block.mlp())));
  }

  private static ModelConfig attention(ModelConfig config, UnaryOperator<AttentionConfig> change) {
    return config.withTransformers(block -> block.withAttention(change.apply(block.attention())));
  }

  /// A gMLP block in place of the second; its activation is one without a gate.
  private static ModelConfig secondBlock(ModelConfig config, OptionalInt attentionSize) {
    TransformerConfig first = config.transformers().getFirst();
    MlpConfig mlp = first.mlp();
    Activation activation = mlp.activation().gated() ? Activation.SILU : mlp.activation();
    BlockConfig second = new GmlpConfig(activation, mlp.tanhGelu(), attentionSize, false);
    return config.withBlocks(Arrays.asList(first, second));
  }

  @Override
  public String toString() {
    return axis + ": " + name;
  }
}
