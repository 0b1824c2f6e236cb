package neox.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import neox.train.optimizer.UpdateRule.Operands;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Operands of an update by whole vectors of the processor alone. libtorch computes the last
/// elements of a tensor one by one where they do not fill a vector, and rounds them otherwise:
/// which they are depends on how a parameter is cut. Here they are moved into a vector of their
/// own.
final class WholeVectors {
  /// Elements of the widest vectors, some of them together; what slices begin at multiples of.
  private static final long VECTOR = FlatLayout.ALIGNMENT;

  private final Operands all;
  private final List<Tail> tails = new ArrayList<>();

  /// The last elements of a slice, and a copy of them with zeros up to a whole vector.
  private record Tail(Tensor original, Tensor padded) {
    static Tail of(Tensor original) {
      Tensor padded = torch.zeros(new long[] {VECTOR}, original.options());
      Tail tail = new Tail(original, padded);
      tail.ofPadded().copy_(original);
      return tail;
    }

    Tensor ofPadded() {
      return padded.narrow(0, 0, original.numel());
    }
  }

  private WholeVectors(Operands operands) {
    List<TensorVector> slots = operands.slots().stream().map(this::whole).toList();
    TensorVector weights = whole(operands.weights());
    TensorVector gradients = whole(operands.gradients());
    this.all = new Operands(operands.pieces(), weights, gradients, slots);
  }

  /// @param operands of a rule that takes each element for itself, whatever piece it is of
  static WholeVectors of(Operands operands) {
    return new WholeVectors(operands);
  }

  Operands operands() {
    return all;
  }

  /// Puts the last elements where they belong, after the update.
  void putBack() {
    tails.forEach(tail -> tail.original.copy_(tail.ofPadded()));
  }

  private TensorVector whole(TensorVector tensors) {
    TensorVector whole = new TensorVector();
    for (long i = 0; i < tensors.size(); i++) {
      Tensor tensor = tensors.get(i);
      long odd = tensor.numel() % VECTOR;
      long even = tensor.numel() - odd;
      if (even > 0) {
        whole.push_back(tensor.narrow(0, 0, even));
      }
      if (odd > 0) {
        Tail tail = Tail.of(tensor.narrow(0, even, odd));
        tails.add(tail);
        whole.push_back(tail.padded);
      }
    }
    return whole;
  }
}
