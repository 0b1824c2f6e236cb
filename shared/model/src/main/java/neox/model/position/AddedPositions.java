package neox.model.position;

import java.util.Optional;
import java.util.OptionalLong;
import neox.config.model.Positions;
import neox.tensor.Owner;
import neox.tensor.Placement;
import neox.tensor.Scope;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// A vector for each position, added to the embedding.
///
/// @param table `[rows, h]`; empty on stages without the embedding
/// @param offset row of the first position
record AddedPositions(Optional<Tensor> table, int offset) implements PositionScheme {
  static AddedPositions learned(Optional<Tensor> table, Positions.Learned config) {
    return new AddedPositions(table, config.offset());
  }

  /// `(sin(p·f), cos(p·f))` in halves, f from 1 down to 1/10000 (arXiv:1706.03762 §3.5 interleaves
  /// the two; NeoX does not).
  static AddedPositions sinusoidal(int hidden, int length, Placement placement, Owner owner) {
    Placement wide = placement.as(ScalarType.Float);
    try (var _ = Scope.open()) {
      Tensor exponents = wide.range(0, hidden, 2).div(new Scalar((double) hidden));
      Tensor frequencies = torch.pow(new Scalar(10000.0), exponents.neg());
      Tensor angles = torch.outer(wide.range(0, length, 1), frequencies);
      Tensor both = torch.cat(new TensorVector(angles.sin(), angles.cos()), -1);
      return new AddedPositions(Optional.of(owner.keep(both.to(placement.type()))), 0);
    }
  }

  @Override
  public Tensor embed(Tensor x, Places positions) {
    Tensor rows = table.orElseThrow();
    return switch (positions) {
      case Places.From(long start) -> x.add(rows.narrow(0, start + offset, x.size(1)));
      case Places.Each(Tensor each, _) ->
          x.add(torch.embedding(rows, each.add(new Scalar(offset))));
    };
  }

  @Override
  public OptionalLong limit() {
    return table.map(rows -> OptionalLong.of(rows.size(0) - offset)).orElseGet(OptionalLong::empty);
  }
}
