package neox.model;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import neox.model.position.Places;
import org.bytedeco.pytorch.Tensor;

/// What one pass through the layers needs beside the activations, the same for all of them.
///
/// @param text positions of the tokens in their texts
/// @param positions of what the blocks read: of the same tokens after a soft prompt, if there is
///   one, and of the prompt
/// @param segments see [Visibility]
/// @param branches likewise; they have masks and biases of their own
/// @param masks what queries may not see, by the width of a block's window; of the longest segment,
///   where there are segments
/// @param bias what positions add to the scores, broadcastable to `[b, n, s, t]`; of the longest
///   segment likewise
record Pass(
    Places text,
    Places positions,
    AttentionHistory history,
    Optional<Segments> segments,
    Optional<PassBranches> branches,
    Map<OptionalInt, AttentionMask> masks,
    Optional<Tensor> bias,
    Mode mode,
    Noise noise) {

  AttentionMask mask(OptionalInt window) {
    return Objects.requireNonNull(masks.get(window), "a window that no block has");
  }

  /// The same with a bias of its own.
  Pass withBias(Tensor value) {
    return new Pass(
        text, positions, history, segments, branches, masks, Optional.of(value), mode, noise);
  }

  /// The same with noise of its own.
  Pass withNoise(Noise value) {
    return new Pass(text, positions, history, segments, branches, masks, bias, mode, value);
  }

  /// The bias as one layer's: where it is trained, all that the layer does with it comes to one
  /// gradient before that is added to the others'.
  Optional<Tensor> biasOfOneLayer() {
    return bias.map(tensor -> tensor.requires_grad() ? tensor.alias() : tensor);
  }

  /// All tensors, for [#with].
  List<Tensor> tensors() {
    List<Tensor> tensors = new ArrayList<>();
    exchange(tensor -> {
      tensors.add(tensor);
      return tensor;
    });
    return tensors;
  }

  /// The same with other tensors, in the order of [#tensors].
  Pass with(List<Tensor> tensors) {
    Iterator<Tensor> next = tensors.iterator();
    return exchange(_ -> next.next());
  }

  private Pass exchange(UnaryOperator<Tensor> change) {
    Places places =
        switch (positions) {
          case Places.From _ -> positions;
          case Places.Each(Tensor each, long end) -> new Places.Each(change.apply(each), end);
        };
    Map<OptionalInt, AttentionMask> others = new LinkedHashMap<>();
    masks.forEach((window, mask) -> others.put(window, mask.exchange(change)));
    return new Pass(
        text, places, history, segments, branches, others, bias.map(change), mode, noise);
  }

  boolean training() {
    return switch (mode) {
      case TRAINING -> true;
      case EVALUATION -> false;
    };
  }
}
