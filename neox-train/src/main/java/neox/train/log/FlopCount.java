package neox.train.log;

import neox.config.RecomputeConfig;
import neox.config.model.ModelConfig;
import neox.config.step.StepShape;

/// Floating-point operations of one optimizer step, by NeoX's formula for transformers
/// (arXiv:2104.04473 appendix): `24·f·B·S·L·h²·(1 + S/(6h) + V/(16·L·h))` with f = 4 passes where
/// blocks are recomputed, else 3.
///
/// @param forward of the forward passes
/// @param again of what is computed a second time for the backward passes. NeoX compat: with blocks
///   the head, too, though it is not; [StrictFlops] counts what is
public record FlopCount(double forward, double again) {
  /// The share of an MLP four times as wide in a block's matrices of 12 h².
  private static final double MLP = 8.0 / 12;

  /// That of one optimizer step.
  ///
  /// @param shape with B samples and S tokens of each
  /// @param paddedVocab V
  public static FlopCount of(
      ModelConfig model, RecomputeConfig recompute, StepShape shape, int paddedVocab) {
    double h = model.hiddenSize();
    double s = shape.seqLength();
    double layers = model.layers();
    double unit = 24.0 * shape.samples() * s * layers * h * h;
    double scores = s / (6 * h);
    double forward = unit * (1 + scores + paddedVocab / (16 * layers * h));
    double again =
        switch (recompute) {
          case RecomputeConfig.Nothing _ -> 0;
          case RecomputeConfig.Blocks _ -> forward;
          case RecomputeConfig.Selected parts ->
              (parts.recomputes(RecomputeConfig.Part.CORE_ATTN) ? unit * scores : 0)
                  + (parts.recomputes(RecomputeConfig.Part.MLP) ? unit * MLP : 0);
        };
    return new FlopCount(forward, again);
  }

  /// A device's share.
  public FlopCount among(int devices) {
    return new FlopCount(forward / devices, again / devices);
  }

  /// What the model needs: a forward pass, and a backward pass twice its size.
  public double model() {
    return 3 * forward;
  }

  /// What the hardware does: the same, and what is recomputed.
  public double hardware() {
    return model() + again;
  }
}
