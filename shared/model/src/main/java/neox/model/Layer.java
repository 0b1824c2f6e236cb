package neox.model;

import org.bytedeco.pytorch.Tensor;

/// One layer of a network up to the hidden states that the [Head] reads.
sealed interface Layer permits Embedding, SoftPrompt, Block, Gmlp, FinalNorm, RecomputedBlocks {
  /// Token ids `[b, s]` to `[b, s, h]` (embedding), or `[b, s, h]` to itself.
  Tensor forward(Tensor x, Pass pass);
}
