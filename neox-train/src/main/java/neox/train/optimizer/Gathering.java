package neox.train.optimizer;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.parallel.Ranks;
import neox.parallel.comm.Communicator;
import neox.tensor.MappedTensors;
import neox.tensor.Scope;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.TensorView;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch.ScalarType;

/// Puts together on the first rank of all what ranks hold of a parameter, one parameter at a time,
/// so that no rank has room for the network.
///
/// Every rank calls for the same parameters in the same order. Bytes travel as bytes: what arrives
/// is what was held.
final class Gathering {
  private final Holdings holdings;
  private final Ranks ranks;

  Gathering(Holdings holdings) {
    this.holdings = holdings;
    this.ranks = holdings.ranks();
  }

  /// What ranks hold of a parameter, or in its manner: whole on the first rank, empty on the
  /// others.
  ///
  /// @param type of the pieces, which a rank without one must know too
  /// @param piece this rank's, where it holds the parameter and is the first of its data axis
  Optional<TensorView> whole(ParameterSpec spec, DType type, Optional<TensorView> piece) {
    if (!ranks.isFirstReplica()) {
      return Optional.empty();
    }
    Optional<TensorView> joined = Optional.empty();
    if (holdings.isFirstHolder(spec)) {
      joined = joined(spec, piece.orElseThrow());
    }
    return ranks.tensor().isFirst() ? toFirstStage(spec, type, joined) : Optional.empty();
  }

  /// The pieces of the tensor axis as one, on its first rank.
  private Optional<TensorView> joined(ParameterSpec spec, TensorView piece) {
    Communicator tensor = ranks.tensor();
    if (!tensor.isFirst()) {
      send(piece, tensor, 0);
      return Optional.empty();
    }
    List<TensorView> pieces = new ArrayList<>();
    pieces.add(piece);
    for (int other = 1; other < tensor.size(); other++) {
      TensorView received =
          new TensorView(
              piece.dtype(), piece.shape(), Floats.allocate(piece.dtype(), piece.shape().count()));
      receive(received, tensor, other);
      pieces.add(received);
    }
    return Optional.of(Shards.join(spec, pieces));
  }

  private Optional<TensorView> toFirstStage(
      ParameterSpec spec, DType type, Optional<TensorView> joined) {
    int holder = holdings.stages(spec).getFirst();
    Communicator pipe = ranks.pipe();
    if (pipe.isFirst() && holder > 0) {
      TensorView received =
          new TensorView(type, spec.shape(), Floats.allocate(type, spec.shape().count()));
      receive(received, pipe, holder);
      return Optional.of(received);
    }
    if (pipe.rank() == holder && holder > 0) {
      send(joined.orElseThrow(), pipe, 0);
      return Optional.empty();
    }
    return joined;
  }

  private static void send(TensorView view, Communicator group, int to) {
    try (var _ = Scope.open()) {
      group.send(bytes(view), to);
    }
  }

  private static void receive(TensorView into, Communicator group, int from) {
    try (var _ = Scope.open()) {
      group.receive(bytes(into), from);
    }
  }

  private static Tensor bytes(TensorView view) {
    return MappedTensors.of(view.bytes(), ScalarType.Byte, view.bytes().byteSize());
  }
}
