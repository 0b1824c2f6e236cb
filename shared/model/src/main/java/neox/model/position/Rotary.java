package neox.model.position;

import java.util.OptionalLong;
import neox.config.model.Positions;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Rotary position embedding (arXiv:2104.09864 eq. 34) on the first `r` dims of each head: dims i
/// and i + r/2 turn together by the angle `position · base^(-2i/r)`.
///
/// @param rotated r
/// @param cos `[positions, r]`, in the network's type
/// @param sin the same
record Rotary(int rotated, Tensor cos, Tensor sin) implements PositionScheme {

  /// Tables for positions up to `positions`, computed in float32 and then cast, as NeoX does.
  static Rotary of(
      Positions.Rotary config, int headDim, int positions, Placement placement, Owner owner) {
    int r = config.dims(headDim);
    Placement precise = placement.precise();
    try (var _ = Scope.open()) {
      Tensor exponents = precise.range(0, r, 2).div(new Scalar((double) r));
      Tensor frequencies = torch.pow(new Scalar((double) config.base()), exponents.neg());
      Tensor angles = torch.outer(precise.range(0, positions, 1), frequencies);
      Tensor both = torch.cat(new TensorVector(angles, angles), -1);
      return new Rotary(
          r,
          owner.keep(both.cos().to(placement.type())),
          owner.keep(both.sin().to(placement.type())));
    }
  }

  @Override
  public OptionalLong limit() {
    return OptionalLong.of(cos.size(0));
  }

  @Override
  public Tensor rotate(Tensor x, Places positions) {
    long s = x.size(2);
    long d = x.size(3);
    Tensor c = rows(cos, positions, s);
    Tensor t = rows(sin, positions, s);
    if (rotated == d) {
      return x.mul(c).add(turned(x).mul(t));
    }
    Tensor turning = x.narrow(-1, 0, rotated);
    Tensor passing = x.narrow(-1, rotated, d - rotated);
    Tensor rotatedPart = turning.mul(c).add(turned(turning).mul(t));
    return torch.cat(new TensorVector(rotatedPart, passing), -1);
  }

  /// `[s, r]`, or `[b, 1, s, r]`.
  private static Tensor rows(Tensor table, Places positions, long s) {
    return switch (positions) {
      case Places.From(long start) -> table.narrow(0, start, s);
      case Places.Each(Tensor each, _) -> torch.embedding(table, each).unsqueeze(1);
    };
  }

  /// `(x₁, x₂)` to `(-x₂, x₁)`, halves of the last dim.
  private Tensor turned(Tensor x) {
    long half = rotated / 2;
    return torch.cat(new TensorVector(x.narrow(-1, half, half).neg(), x.narrow(-1, 0, half)), -1);
  }
}
