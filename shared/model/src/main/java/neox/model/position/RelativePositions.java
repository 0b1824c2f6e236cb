package neox.model.position;

import java.util.Optional;
import neox.config.model.Positions;
import neox.tensor.Owner;
import neox.tensor.Placement;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/// A trained number for each head and bucket of distances is added to the scores (arXiv:1910.10683
/// §2.1), times √d as in NeoX.
final class RelativePositions implements PositionScheme {
  private final Tensor bucketOf; // [maxDistance + 1]: the last entry is for all from there on
  private final double factor;
  private final Optional<Tensor> table; // [buckets, n]
  private final Placement placement;

  /// @param table empty on stages without blocks
  RelativePositions(
      Positions.Relative config,
      int headDim,
      Optional<Tensor> table,
      Placement placement,
      Owner owner) {
    this.bucketOf = owner.keep(placement.indices(bucketsUpTo(config)));
    this.factor = Math.sqrt(headDim);
    this.table = table;
    this.placement = placement;
  }

  /// The bucket of each distance: half of them hold one distance each, the others grow
  /// logarithmically up to `maxDistance`; in float32, as NeoX rounds.
  static long[] bucketsUpTo(Positions.Relative config) {
    int exact = config.buckets() / 2;
    long[] bucketOf = new long[config.maxDistance() + 1];
    for (int distance = 0; distance < bucketOf.length; distance++) {
      bucketOf[distance] = distance < exact ? distance : logarithmic(distance, exact, config);
    }
    return bucketOf;
  }

  private static long logarithmic(int distance, int exact, Positions.Relative config) {
    float ratio = (float) Math.log((float) distance / exact);
    float share = ratio / (float) Math.log((double) config.maxDistance() / exact);
    long above = (long) (share * (config.buckets() - exact));
    return Math.min(exact + above, config.buckets() - 1L);
  }

  @Override
  public Optional<Tensor> bias(Places slots, long s) {
    if (table.isEmpty()) {
      return Optional.empty();
    }
    Tensor distances = Distances.of(slots, s, placement);
    Tensor known = distances.clamp_min(new Scalar(0)).clamp_max(new Scalar(bucketOf.size(0) - 1));
    Tensor perHead = torch.embedding(table.get(), bucketOf.take(known)); // [(b,) s, t, n]
    return Optional.of(perHead.movedim(-1, -3).mul(new Scalar(factor)));
  }
}
