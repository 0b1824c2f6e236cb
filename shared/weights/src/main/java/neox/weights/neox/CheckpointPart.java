package neox.weights.neox;

import java.util.List;
import java.util.Objects;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;

/// The part of a checkpoint that one rank writes: some layers, and its pieces of their parameters.
///
/// Of the ranks that hold the same part (data parallelism), one writes it.
///
/// @param network the whole one
/// @param layers those of this rank's pipeline stage
/// @param tensorRank which of the ranks that share each layer it is
/// @param replicas how many copies of the network the run trains (data-parallel size)
public record CheckpointPart(
    NetworkSpec network,
    List<LayerSpec> layers,
    int stage,
    int stages,
    int tensorRank,
    int tensorRanks,
    int replicas) {

  public CheckpointPart {
    Objects.checkIndex(stage, stages);
    Objects.checkIndex(tensorRank, tensorRanks);
    layers = List.copyOf(layers);
  }

  /// The one part of a network that is not split.
  public static CheckpointPart whole(NetworkSpec network) {
    return new CheckpointPart(network, network.layers(), 0, 1, 0, 1, 1);
  }

  /// Its number among the parts of the network, which its file is named by.
  int modelRank() {
    return stage * tensorRanks + tensorRank;
  }

  /// How many parts the network has.
  int modelRanks() {
    return stages * tensorRanks;
  }
}
