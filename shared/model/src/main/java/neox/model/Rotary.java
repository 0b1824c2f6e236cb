package neox.model;

import neox.config.ModelConfig;
import neox.tensor.ElementType;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Rotary position embedding (arXiv:2104.09864 eq. 34) on the first `r` dims of each head: dims i
/// and i + r/2 turn together by the angle `position · base^(-2i/r)`.
final class Rotary implements AutoCloseable {
  private final int rotated; // r
  private final Tensor cos; // [positions, r], in the network's type
  private final Tensor sin;

  private Rotary(int rotated, Tensor cos, Tensor sin) {
    this.rotated = rotated;
    this.cos = cos;
    this.sin = sin;
  }

  /// Tables for positions up to `positions`, computed in float32 and then cast, as NeoX does.
  static Rotary of(ModelConfig config, int positions, ScalarType dtype) {
    int r = config.rotaryDim();
    try (var _ = Scope.open()) {
      ScalarType precise = dtype == ScalarType.Double ? dtype : ScalarType.Float;
      Tensor exponents =
          torch
              .arange(new Scalar(0), new Scalar(r), new Scalar(2), ElementType.options(precise))
              .div(new Scalar((double) r));
      Tensor frequencies = torch.pow(new Scalar((double) config.rotaryBase()), exponents.neg());
      Tensor angles =
          torch.outer(
              torch.arange(new Scalar(positions), ElementType.options(precise)), frequencies);
      Tensor both = torch.cat(new TensorVector(angles, angles), -1);
      return new Rotary(r, Scope.keep(both.cos().to(dtype)), Scope.keep(both.sin().to(dtype)));
    }
  }

  int positions() {
    return Math.toIntExact(cos.size(0));
  }

  /// Turns queries or keys `[b, n, s, d]` whose first token stands at position `from`.
  Tensor rotate(Tensor x, int from) {
    long s = x.size(2);
    long d = x.size(3);
    Tensor c = cos.narrow(0, from, s); // [s, r]
    Tensor t = sin.narrow(0, from, s);
    if (rotated == d) {
      return x.mul(c).add(turned(x).mul(t));
    }
    Tensor turning = x.narrow(-1, 0, rotated);
    Tensor passing = x.narrow(-1, rotated, d - rotated);
    Tensor rotatedPart = turning.mul(c).add(turned(turning).mul(t));
    return torch.cat(new TensorVector(rotatedPart, passing), -1);
  }

  /// `(x₁, x₂)` to `(-x₂, x₁)`, halves of the last dim.
  private Tensor turned(Tensor x) {
    long half = rotated / 2;
    return torch.cat(new TensorVector(x.narrow(-1, half, half).neg(), x.narrow(-1, 0, half)), -1);
  }

  @Override
  public void close() {
    Scope.release(cos);
    Scope.release(sin);
  }
}
