package neox.config.model;

import java.util.OptionalInt;

/// The attention of one block.
///
/// @param kind its word in `attention_config`
/// @param bias whether its projections have biases (`use_bias_in_attn_linear`)
/// @param softmaxInFp32 whatever the precision (`attention_softmax_in_fp32`)
/// @param window how many tokens before its own a token sees (`sliding_window_width`: as in NeoX it
///   sees itself, too, which makes one more); empty: all
/// @param normed whether queries and keys pass through a norm (`use_qk_layernorm`)
/// @param biasFactor multiplies what positions add to the scores: the block's number where it is
///   above 1 (`apply_query_key_layer_scaling`), else 1
public record AttentionConfig(
    AttentionKind kind,
    boolean bias,
    boolean softmaxInFp32,
    OptionalInt window,
    boolean normed,
    int biasFactor) {

  /// What a configuration gets that says nothing about attention.
  public static final AttentionConfig PLAIN =
      new AttentionConfig(AttentionKind.GLOBAL, true, false, OptionalInt.empty(), false, 1);

  public AttentionConfig withKind(AttentionKind value) {
    return new AttentionConfig(value, bias, softmaxInFp32, window, normed, biasFactor);
  }

  public AttentionConfig withBias(boolean value) {
    return new AttentionConfig(kind, value, softmaxInFp32, window, normed, biasFactor);
  }

  public AttentionConfig withSoftmaxInFp32(boolean value) {
    return new AttentionConfig(kind, bias, value, window, normed, biasFactor);
  }

  public AttentionConfig withWindow(OptionalInt value) {
    return new AttentionConfig(kind, bias, softmaxInFp32, value, normed, biasFactor);
  }

  public AttentionConfig withNormed(boolean value) {
    return new AttentionConfig(kind, bias, softmaxInFp32, window, value, biasFactor);
  }

  public AttentionConfig withBiasFactor(int value) {
    return new AttentionConfig(kind, bias, softmaxInFp32, window, normed, value);
  }
}
