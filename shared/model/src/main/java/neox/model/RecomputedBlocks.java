package neox.model;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Tensor;

/// Neighbouring blocks of which only the input is kept for the backward pass
/// (`checkpoint_activations`).
record RecomputedBlocks(List<Layer> blocks, Recomputation recomputation) implements Layer {
  /// The same layers, the blocks among them in groups that are recomputed together.
  ///
  /// @param perGroup blocks of each group, but the last of some neighbours
  static List<Layer> group(List<Layer> layers, int perGroup, Recomputation recomputation) {
    List<Layer> result = new ArrayList<>();
    List<Layer> group = new ArrayList<>();
    for (Layer layer : layers) {
      boolean block = isBlock(layer);
      if (!group.isEmpty() && (!block || group.size() == perGroup)) {
        result.add(new RecomputedBlocks(List.copyOf(group), recomputation));
        group.clear();
      }
      (block ? group : result).add(layer);
    }
    if (!group.isEmpty()) {
      result.add(new RecomputedBlocks(List.copyOf(group), recomputation));
    }
    return result;
  }

  private static boolean isBlock(Layer layer) {
    return switch (layer) {
      case Block _, Gmlp _ -> true;
      case Embedding _, SoftPrompt _, FinalNorm _, RecomputedBlocks _ -> false;
    };
  }

  /// A trained bias is an input of its own for each block, so that its gradients are added in the
  /// order, and to the bits, of blocks that are not recomputed.
  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Optional<Tensor> trained = pass.bias().filter(Tensor::requires_grad);
    List<Tensor> inputs = new ArrayList<>(List.of(x));
    trained.ifPresent(bias -> blocks.forEach(_ -> inputs.add(bias)));
    return recomputation.apply(
        pass.noise(),
        inputs,
        pass.tensors(),
        (given, constants) -> through(given, pass.with(constants)));
  }

  /// @param given the activation, then the bias of each block, if it is trained
  private Tensor through(List<Tensor> given, Pass pass) {
    Tensor y = given.getFirst();
    for (int i = 0; i < blocks.size(); i++) {
      Layer block = blocks.get(i);
      Tensor x = y;
      Pass own = given.size() == 1 ? pass : pass.withBias(given.get(1 + i));
      y = Scope.run(() -> block.forward(x, own));
    }
    return y;
  }
}
