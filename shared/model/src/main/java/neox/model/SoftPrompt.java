package neox.model;

import neox.model.position.Places;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Puts trained vectors before every text (arXiv:2104.08691 §2): `[b, s, h]` to `[b, n + s, h]`, or
/// to itself where the text goes on, whose beginning has them.
///
/// @param vectors `[n, h]`
record SoftPrompt(Tensor vectors) implements Layer {
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    if (!pass.positions().equals(Places.fromStart())) {
      return x;
    }
    Tensor prompts = vectors.unsqueeze(0).expand(x.size(0), vectors.size(0), vectors.size(1));
    return torch.cat(new TensorVector(prompts, x), 1);
  }
}
