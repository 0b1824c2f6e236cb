package neox.model;

import java.util.List;
import java.util.stream.Stream;
import neox.tensor.Gradients;
import neox.tensor.MappedTensors;
import neox.tensor.TensorSource;
import neox.weights.Shape;
import neox.weights.TensorView;
import neox.weights.spec.ParameterSpec;
import org.bytedeco.pytorch.Tensor;

/// A parameter of a network: its line of the parameter table, and the present value of this rank's
/// piece, which lives as long as the network.
///
/// @param leaves what gradients arrive at: the piece itself, or its parts
/// @param secondUse the same where two layers use it and their gradients are to be told apart; else
///   empty
public record Parameter(ParameterSpec spec, Tensor value, List<Leaf> leaves, List<Leaf> secondUse) {
  public Parameter {
    leaves = List.copyOf(leaves);
    secondUse = List.copyOf(secondUse);
  }

  /// A parameter that is its own leaf.
  public Parameter(ParameterSpec spec, Tensor value) {
    this(spec, value, List.of(Leaf.whole(value)), List.of());
  }

  /// Has gradients added to this memory, `[elements]` of the parameter's type, until [#forget].
  public void collect(Tensor gradient) {
    collect(leaves, gradient);
  }

  /// The same for those of the second use.
  public void collectSecond(Tensor gradient) {
    collect(secondUse, gradient);
  }

  private void collect(List<Leaf> of, Tensor gradient) {
    Tensor shaped = gradient.view_as(value);
    of.forEach(leaf -> leaf.tensor().mutable_grad().put(leaf.of(shaped)));
  }

  /// Lets go of the memory that gradients are added to.
  public void forget() {
    leaves.forEach(leaf -> Gradients.clear(leaf.tensor()));
  }

  /// The same for those of the second use.
  public void forgetSecond() {
    secondUse.forEach(leaf -> Gradients.clear(leaf.tensor()));
  }

  /// Has the piece and all leaves lie in this memory from now on, `[elements]`.
  @SuppressWarnings("ReferenceEquality") // a leaf may be the piece itself
  public void move(Tensor memory) {
    Tensor shaped = memory.view_as(value);
    Gradients.move(value, shaped);
    for (Leaf leaf : Stream.concat(leaves.stream(), secondUse.stream()).toList()) {
      if (leaf.tensor() != value) {
        Gradients.move(leaf.tensor(), leaf.of(shaped));
      }
    }
  }

  /// The piece's bytes where they lie; the next optimizer step changes them.
  public TensorView view() {
    return view(TensorSource.live());
  }

  /// The piece's bytes where `source` has them.
  public TensorView view(TensorSource source) {
    return new TensorView(
        StoredTypes.of(value),
        Shape.of(StoredTypes.sizes(value)),
        MappedTensors.bytes(source.of(value.detach())));
  }
}
