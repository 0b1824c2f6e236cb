package neox.model.position;

import org.bytedeco.pytorch.Tensor;

/// A rotation of queries and keys where they lie, and of their gradients: of the first dims of each
/// head, the halves of these turn together.
///
/// @param cos `[s, 1, 1, r/2]`
/// @param sin the same
public record Turn(Tensor cos, Tensor sin) {
  /// Turns x `[b, s, n, 2, d]`: (x₁, x₂) to (x₁ cos - x₂ sin, x₂ cos + x₁ sin).
  public void forward(Tensor x) {
    turn(x, sin);
  }

  /// Turns a gradient back.
  public void backward(Tensor x) {
    turn(x, sin.neg());
  }

  private void turn(Tensor x, Tensor t) {
    long half = cos.size(-1);
    Tensor first = x.narrow(-1, 0, half);
    Tensor second = x.narrow(-1, half, half);
    Tensor ofFirst = first.mul(t);
    first.mul_(cos).sub_(second.mul(t));
    second.mul_(cos).add_(ofFirst);
  }
}
