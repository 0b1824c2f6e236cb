package neox.config.model;

import java.util.OptionalInt;

/// The attention of one block.
///
/// @param kind its word in `attention_config`
/// @param bias whether its projections have biases (`use_bias_in_attn_linear`)
/// @param softmaxInFp32 whatever the precision (`attention_softmax_in_fp32`)
/// @param window how many tokens before its own a token sees (`sliding_window_width`: as in NeoX it
///   sees itself, too, which makes one more); empty: all
public record AttentionConfig(
    AttentionKind kind, boolean bias, boolean softmaxInFp32, OptionalInt window) {

  public AttentionConfig withKind(AttentionKind value) {
    return new AttentionConfig(value, bias, softmaxInFp32, window);
  }

  public AttentionConfig withWindow(OptionalInt value) {
    return new AttentionConfig(kind, bias, softmaxInFp32, value);
  }
}
