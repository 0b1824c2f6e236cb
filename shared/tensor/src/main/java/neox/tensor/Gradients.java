package neox.tensor;

import java.util.Optional;
import org.bytedeco.pytorch.Tensor;

/// The gradients that autograd leaves on parameters.
public final class Gradients {
  /// The gradient of a leaf, if a backward pass has reached it. The result is a handle of its own;
  /// `tensor.grad()` alone points into the leaf and dangles once the leaf is freed or cleared.
  public static Optional<Tensor> of(Tensor leaf) {
    Tensor borrowed = leaf.grad();
    return borrowed.defined() ? Optional.of(new Tensor(borrowed)) : Optional.empty();
  }

  /// Forgets the gradient and frees its memory.
  public static void clear(Tensor leaf) {
    leaf.mutable_grad().reset();
  }

  /// Has a leaf's numbers lie where another tensor's do from now on; the leaf stays the one that
  /// graphs and layers know.
  ///
  /// @param to of the same shape and type
  public static void move(Tensor leaf, Tensor to) {
    leaf.set_data(to);
  }

  private Gradients() {}
}
