package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;

/// The files that the ranks of a run write into a checkpoint together, weights and states of ranks:
/// one that lacks any of them is not a checkpoint.
///
/// @param network whose layers are stored
/// @param modelRanks parts of the network, see [CheckpointPart]
/// @param tensorRanks that share each layer
public record CompleteFiles(NetworkSpec network, Layout layout, int modelRanks, int tensorRanks) {

  /// The files of a run of which this is one part.
  public static CompleteFiles of(CheckpointPart part, Layout layout) {
    return new CompleteFiles(part.network(), layout, part.modelRanks(), part.tensorRanks());
  }

  /// The first file that is not in a directory.
  Optional<Path> missing(Path directory) {
    return names().stream().map(directory::resolve).filter(file -> !Files.exists(file)).findFirst();
  }

  /// Fails where one is missing once all ranks have written theirs: those of other hosts may have
  /// written to disks of their own.
  public void requireIn(Path directory) throws IOException {
    Optional<Path> missing = missing(directory);
    if (missing.isPresent()) {
      throw new IOException(
          missing.get()
              + ": another rank has written it, but not here; save must be a directory that all"
              + " hosts share");
    }
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    if (layout == Layout.FILE_PER_LAYER) {
      for (LayerSpec layer : network.layers()) {
        if (layer.stored().values().stream().anyMatch(network::isStored)) {
          for (int rank = 0; rank < tensorRanks; rank++) {
            names.add(CheckpointNames.layerFile(layer.index(), rank));
          }
        }
      }
    }
    for (int rank = 0; rank < modelRanks; rank++) {
      names.add(CheckpointNames.rankFile(rank));
    }
    return names;
  }
}
