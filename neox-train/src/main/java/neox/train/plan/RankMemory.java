package neox.train.plan;

/// What the ranks of one pipeline stage need, in bytes.
///
/// @param activations of all micro-batches that the stage holds at a time
/// @param buffers what is needed for a moment: the worst of the layers' working memory and the
///   head's; messages to and from other stages; tables; with ZeRO 3 the gathered weights of a layer
public record RankMemory(int stage, StateBytes state, double activations, double buffers) {
  public double total() {
    return state.total() + activations + buffers;
  }
}
