package neox.model;

import org.bytedeco.pytorch.Tensor;

/// Hidden states `[b, s, h]` to logits `[b, s, V]`.
record Head(int index, Projection projection) implements Layer {
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    return projection.forward(x);
  }
}
