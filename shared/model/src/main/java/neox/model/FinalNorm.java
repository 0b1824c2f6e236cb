package neox.model;

import org.bytedeco.pytorch.Tensor;

/// The norm after the last block.
record FinalNorm(Normalization norm) implements Layer {
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return norm.forward(x);
  }
}
