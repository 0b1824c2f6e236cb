package neox.model.position;

import java.util.Optional;
import java.util.OptionalLong;
import neox.config.model.Positions;
import neox.config.model.RotaryScaling;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/// Rotary position embedding (arXiv:2104.09864 eq. 34) on the first `r` dims of each head: dims i
/// and i + r/2 turn together by the angle `position · base^(-2i/r)`, or slower ([RotaryScaling]).
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
      Tensor unscaled = torch.pow(new Scalar((double) config.base()), exponents.neg());
      Tensor frequencies = scaled(config, r, unscaled, precise);
      Tensor angles = torch.outer(precise.range(0, positions, 1), frequencies);
      Tensor both = torch.cat(new TensorVector(angles, angles), -1);
      Scalar factor = new Scalar(attentionFactor(config.scaling()));
      return new Rotary(
          r,
          owner.keep(both.cos().mul(factor).to(placement.type())),
          owner.keep(both.sin().mul(factor).to(placement.type())));
    }
  }

  private static double attentionFactor(RotaryScaling scaling) {
    return switch (scaling) {
      case RotaryScaling.None _, RotaryScaling.Linear _, RotaryScaling.Llama3 _ -> 1;
      case RotaryScaling.Yarn yarn -> yarn.attentionFactor();
    };
  }

  /// @param frequencies `[r/2]`
  private static Tensor scaled(
      Positions.Rotary config, int r, Tensor frequencies, Placement precise) {
    return switch (config.scaling()) {
      case RotaryScaling.None _ -> frequencies;
      case RotaryScaling.Linear(double factor) -> frequencies.div(new Scalar(factor));
      case RotaryScaling.Yarn yarn -> {
        double low = Math.max(0, Math.floor(dim(yarn, yarn.betaFast(), r, config.base())));
        double high = Math.min(r - 1.0, Math.ceil(dim(yarn, yarn.betaSlow(), r, config.base())));
        double width = low == high ? 0.001 : high - low; // as transformers avoids the step
        Tensor interpolated = // [r/2], 0 where a dim stays as it is
            precise
                .range(0, r / 2.0, 1)
                .sub(new Scalar(low))
                .div(new Scalar(width))
                .clamp_min(new Scalar(0))
                .clamp_max(new Scalar(1));
        Tensor slowed = frequencies.div(new Scalar(yarn.factor()));
        yield frequencies.add(slowed.sub(frequencies).mul(interpolated));
      }
      case RotaryScaling.Llama3 llama -> {
        Tensor turns = frequencies.mul(new Scalar(llama.positions() / (2 * Math.PI)));
        double width = llama.highFrequency() - llama.lowFrequency();
        Tensor kept = // [r/2], 1 where a dim stays as it is
            turns
                .sub(new Scalar(llama.lowFrequency()))
                .div(new Scalar(width))
                .clamp_min(new Scalar(0))
                .clamp_max(new Scalar(1));
        Tensor slowed = frequencies.div(new Scalar(llama.factor()));
        yield slowed.add(frequencies.sub(slowed).mul(kept));
      }
    };
  }

  /// The dim that turns so often over the positions of training (arXiv:2309.00071 eq. 17).
  private static double dim(RotaryScaling.Yarn yarn, double turns, int r, int base) {
    return r * Math.log(yarn.positions() / (turns * 2 * Math.PI)) / (2 * Math.log(base));
  }

  @Override
  public OptionalLong limit() {
    return OptionalLong.of(cos.size(0));
  }

  @Override
  public Optional<Turns> turns() {
    return Optional.of(new Turns(cos, sin));
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

  @Override
  public Optional<Turn> turn(Places positions, long s) {
    return switch (positions) {
      case Places.From(long start) ->
          Optional.of(new Turn(half(cos, start, s), half(sin, start, s)));
      case Places.Each _ -> Optional.empty();
    };
  }

  private Tensor half(Tensor table, long start, long s) {
    long half = rotated / 2;
    return table.narrow(0, start, s).narrow(1, 0, half).view(s, 1, 1, half);
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
