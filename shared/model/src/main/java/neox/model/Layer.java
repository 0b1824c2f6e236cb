package neox.model;

import org.bytedeco.pytorch.Tensor;

/// One layer of a network in NeoX's numbering, which also names its checkpoint file
/// `layer_{index}-model_{rank}`: 0 embedding, 2… blocks, L+3 final norm, L+4 head.
public sealed interface Layer permits Embedding, Block, FinalNorm, Head {
  int index();

  /// Token ids `[b, s]` to `[b, s, h]` (embedding), `[b, s, h]` to itself, or to logits `[b, s, V]`
  /// (head).
  Tensor forward(Tensor x, Pass pass);
}
