package neox.model.position;

import java.util.Optional;
import neox.parallel.TensorParallel;
import neox.tensor.Owner;
import neox.tensor.Placement;
import org.bytedeco.pytorch.Tensor;

/// Scores sink by `slope · distance`, with a slope of its own for each head (arXiv:2108.12409 §3).
///
/// @param slopes `[n, 1, 1]`, negative, in the network's type: of this rank's heads
record Alibi(Placement placement, Tensor slopes) implements PositionScheme {

  static Alibi of(int heads, Placement placement, TensorParallel tp, Owner owner) {
    int own = heads / tp.size();
    double[] all = slopes(heads);
    float[] negative = new float[own];
    for (int head = 0; head < own; head++) {
      negative[head] = (float) -all[tp.rank() * own + head];
    }
    Tensor slopes = placement.floats(negative, own, 1, 1);
    return new Alibi(placement, owner.keep(slopes.to(placement.type())));
  }

  /// `2^(-8/n), 2^(-16/n), …` for a power of two n; for other numbers of heads those of the next
  /// lower power p, followed by every second one of 2p.
  static double[] slopes(int heads) {
    int power = Integer.highestOneBit(heads);
    double[] slopes = new double[heads];
    for (int head = 0; head < heads; head++) {
      slopes[head] =
          head < power
              ? Math.pow(2, -8.0 * (head + 1) / power)
              : Math.pow(2, -8.0 * (2 * (head - power) + 1) / (2 * power));
    }
    return slopes;
  }

  @Override
  public Optional<Tensor> bias(Places slots, long s) {
    Tensor distances = Distances.of(slots, s, placement).to(placement.type());
    return Optional.of(distances.unsqueeze(-3).mul(slopes));
  }
}
