package neox.train.objective;

import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// A number for each text of some pairs; p pairs.
///
/// @param chosen `[p]`
/// @param rejected `[p]`
record Pairs(Tensor chosen, Tensor rejected) {
  /// Of rows of chosen texts, then as many of rejected ones: `[2p]`.
  static Pairs of(Tensor rows) {
    long pairs = rows.size(0) / 2;
    return new Pairs(rows.narrow(0, 0, pairs), rows.narrow(0, pairs, pairs));
  }

  /// By how much the chosen are ahead: `[p]`.
  Tensor margins() {
    return chosen.sub(rejected);
  }

  Pairs minus(Pairs other) {
    return new Pairs(chosen.sub(other.chosen), rejected.sub(other.rejected));
  }

  Pairs times(double factor) {
    return new Pairs(chosen.mul(new Scalar(factor)), rejected.mul(new Scalar(factor)));
  }

  Pairs detached() {
    return new Pairs(chosen.detach(), rejected.detach());
  }

  /// The share of pairs of which the chosen text is ahead.
  Tensor accuracy() {
    return margins().gt(new Scalar(0)).to(torch.ScalarType.Float).mean();
  }
}
