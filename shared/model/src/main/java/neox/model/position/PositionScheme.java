package neox.model.position;

import java.util.Optional;
import java.util.OptionalLong;
import neox.config.model.ModelConfig;
import neox.config.model.Positions;
import neox.parallel.TensorParallel;
import neox.tensor.Owner;
import neox.tensor.Placement;
import org.bytedeco.pytorch.Tensor;

/// What positions do at the three places where they can enter a network; a scheme says what it does
/// and leaves the other places as they are.
public interface PositionScheme {
  /// Adds to the embedding `[b, s, h]`.
  default Tensor embed(Tensor x, Places positions) {
    return x;
  }

  /// Turns queries or keys `[b, n, s, d]`.
  default Tensor rotate(Tensor x, Places positions) {
    return x;
  }

  /// The tables by which queries and keys turn, where that is what they do.
  default Optional<Turns> turns() {
    return Optional.empty();
  }

  /// Dims i and i + r/2 of the first r of a head turn together.
  ///
  /// @param cos `[positions, r]`
  /// @param sin the same
  record Turns(Tensor cos, Tensor sin) {}

  /// All that [#rotate] does to `s` neighbouring tokens, where it can be done to queries and keys
  /// as they lie; empty where it cannot, or nothing is done.
  default Optional<Turn> turn(Places positions, long s) {
    return Optional.empty();
  }

  /// What is added to the scores of `s` queries: broadcastable to `[b, n, s, t]`.
  ///
  /// @param slots of the queries among the keys
  default Optional<Tensor> bias(Places slots, long s) {
    return Optional.empty();
  }

  /// How many positions the scheme knows; empty when there is no end.
  default OptionalLong limit() {
    return OptionalLong.empty();
  }

  /// The scheme of a network.
  ///
  /// @param tables gives the trained tables of this stage's layers
  /// @param owner keeps the computed ones
  static PositionScheme of(
      ModelConfig model, Tables tables, Placement placement, TensorParallel tp, Owner owner) {
    int length = Math.max(model.seqLength(), model.maxPositions());
    return switch (model.positions()) {
      case Positions.Learned learned -> AddedPositions.learned(tables.positions(), learned);
      case Positions.Sinusoidal _ ->
          AddedPositions.sinusoidal(model.hiddenSize(), length, placement, owner);
      case Positions.Rotary rotary -> {
        int reach = length + model.promptTokens(); // which is rotated, too
        yield Rotary.of(rotary, model.headDim(), reach, placement, owner);
      }
      case Positions.Alibi _ -> Alibi.of(model.heads(), placement, tp, owner);
      case Positions.Relative relative ->
          new RelativePositions(relative, model.headDim(), tables.relative(), placement, owner);
      case Positions.None _ -> new PositionScheme() {};
    };
  }

  /// Trained tables, each there when a layer of this stage uses it.
  ///
  /// @param positions `[rows, h]`
  /// @param relative `[buckets, n]`, this rank's heads
  record Tables(Optional<Tensor> positions, Optional<Tensor> relative) {}
}
