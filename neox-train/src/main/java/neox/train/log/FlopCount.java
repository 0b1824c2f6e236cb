package neox.train.log;

import neox.config.model.ModelConfig;

/// Floating-point operations of one optimizer step, by NeoX's formula for transformers
/// (arXiv:2104.04473 appendix): `24·f·B·S·L·h²·(1 + S/(6h) + V/(16·L·h))`.
public record FlopCount(double forward) {
  /// That of one optimizer step.
  ///
  /// @param samples B, of the whole optimizer step
  /// @param paddedVocab V
  public static FlopCount of(ModelConfig model, int samples, int paddedVocab) {
    double h = model.hiddenSize();
    double s = model.seqLength();
    double layers = model.layers();
    return new FlopCount(
        24.0 * samples * s * layers * h * h * (1 + s / (6 * h) + paddedVocab / (16 * layers * h)));
  }

  /// What the model needs: a forward pass, and a backward pass twice its size.
  public double model() {
    return 3 * forward;
  }

  /// What the hardware does: the same, as long as no activation is computed twice.
  public double hardware() {
    return model();
  }
}
