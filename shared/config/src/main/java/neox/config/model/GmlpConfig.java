package neox.config.model;

import java.util.OptionalInt;

/// A gMLP block (arXiv:2105.08050): a matrix over positions takes the place of attention.
///
/// @param activation of its first projection
/// @param tanhGelu see [MlpConfig]
/// @param attentionSize width of the single head that aMLP adds (`gmlp_attn_dim`); empty: gMLP
/// @param softmaxInFp32 of that head, whatever the precision
public record GmlpConfig(
    Activation activation, boolean tanhGelu, OptionalInt attentionSize, boolean softmaxInFp32)
    implements BlockConfig {
  /// How many times wider than the residual stream each half of its inside is (NeoX compat:
  /// whatever `intermediate_size` says).
  public static final int WIDENING = 4;

  public GmlpConfig withActivation(Activation value) {
    return new GmlpConfig(value, tanhGelu, attentionSize, softmaxInFp32);
  }
}
