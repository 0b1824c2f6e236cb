package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import neox.base.Durability;
import neox.weights.NamedTensor;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;

/// Writes a whole network as the checkpoint of a run on any number of ranks: bytes alone, without
/// the ranks.
///
/// One rank's files are written after the other's; a parameter that is cut is asked for once by
/// each tensor-parallel rank.
public final class LayoutWriter {
  private final CheckpointContent whole;
  private final NetworkSpec network;
  private final CheckpointLayout layout;
  private final Map<String, ParameterSpec> specs = new HashMap<>();

  private LayoutWriter(CheckpointContent whole, CheckpointLayout layout) {
    this.whole = whole;
    this.network = whole.part().network();
    this.layout = layout;
    network.parameters().forEach(spec -> specs.put(spec.key(), spec));
  }

  /// Writes weights, state and configuration files of every rank into `directory`, which must
  /// exist. For what follows from other files: bytes are handed over to the system.
  ///
  /// @param whole what one rank would write that held the whole network; which files it would write
  ///   is the layout's to say
  public static void write(Path directory, CheckpointContent whole, CheckpointLayout layout)
      throws IOException {
    if (!whole.part().equals(CheckpointPart.whole(whole.part().network()))) {
      throw new IllegalArgumentException("not the part of a network that is not split");
    }
    layout.requireFits(whole.part().network());
    new LayoutWriter(whole, layout).writeRanks(directory);
  }

  private void writeRanks(Path directory) throws IOException {
    List<List<LayerSpec>> stages =
        network.stages(layout.method(), layout.stages(), layout.tensorRanks());
    Map<String, String> configs = whole.configs();
    for (int stage = 0; stage < stages.size(); stage++) {
      for (int rank = 0; rank < layout.tensorRanks(); rank++) {
        CheckpointPart part =
            new CheckpointPart(
                network, stages.get(stage), stage, stages.size(), rank, layout.tensorRanks(), 1);
        NeoxCheckpointWriter.write(directory, content(part, configs), Durability.HANDED_OVER);
        configs = Map.of();
      }
    }
  }

  private CheckpointContent content(CheckpointPart part, Map<String, String> configs) {
    return new CheckpointContent(
        part,
        whole.tokenizerType(),
        whole.iteration(),
        whole.samples(),
        layout.files(),
        key -> piece(key, part.tensorRank()),
        whole.state(),
        configs);
  }

  private NamedTensor piece(String key, int rank) {
    NamedTensor parameter = whole.weights().apply(key);
    int ranks = layout.tensorRanks();
    if (ranks == 1) {
      return parameter;
    }
    ParameterSpec spec = specs.get(key);
    if (spec == null) {
      throw new IllegalArgumentException("no parameter " + key);
    }
    return new NamedTensor(key, Shards.split(spec, parameter.tensor(), rank, ranks));
  }
}
