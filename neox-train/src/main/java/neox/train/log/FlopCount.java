package neox.train.log;

import neox.config.model.ModelConfig;
import neox.config.step.StepShape;

/// Floating-point operations of one optimizer step, by NeoX's formula for transformers
/// (arXiv:2104.04473 appendix): `24·f·B·S·L·h²·(1 + S/(6h) + V/(16·L·h))`.
public record FlopCount(double forward) {
  /// That of one optimizer step.
  ///
  /// @param shape with B samples and S tokens of each
  /// @param paddedVocab V
  public static FlopCount of(ModelConfig model, StepShape shape, int paddedVocab) {
    double h = model.hiddenSize();
    double s = shape.seqLength();
    double layers = model.layers();
    return new FlopCount(
        24.0
            * shape.samples()
            * s
            * layers
            * h
            * h
            * (1 + s / (6 * h) + paddedVocab / (16 * layers * h)));
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
