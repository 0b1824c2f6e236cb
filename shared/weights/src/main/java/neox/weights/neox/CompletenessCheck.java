package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import neox.base.UserException;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.spec.NetworkSpec;

/// Looks for the files that every rank of a checkpoint's run has written.
record CompletenessCheck(Path directory, CheckpointFiles files) {
  /// [UserException] that names the first file that is missing, and the checkpoint before.
  void run(NetworkSpec network) throws IOException {
    if (files.isPartitioned()) {
      return; // each partition counts the others
    }
    Layout layout = files.isLayered() ? Layout.FILE_PER_LAYER : Layout.FILE_PER_RANK;
    int modelRanks = files.isLayered() ? statesOfOurs() : tensorRanks();
    Optional<Path> missing =
        new CompleteFiles(network, layout, modelRanks, tensorRanks()).missing(directory);
    if (missing.isPresent()) {
      throw missing(missing.get());
    }
  }

  /// The same for one layer, where layers have files of their own.
  void requireLayer(int layer) throws IOException {
    for (int rank = 0; files.isLayered() && rank < tensorRanks(); rank++) {
      Path file = directory.resolve(CheckpointNames.layerFile(layer, rank));
      if (!Files.exists(file)) {
        throw missing(file);
      }
    }
  }

  /// As the checkpoint says, and as there are files.
  private int tensorRanks() {
    return Math.max(files.count("model_parallel_size"), files.ranks().size());
  }

  /// Beside layer files, the states of ranks hold no weights: those of GPT-NeoX are asked for when
  /// its optimizer is read, and may be left out of a download. Ours belong together.
  private int statesOfOurs() {
    return OptimizerStateFile.isIn(directory) ? files.count("mp_world_size") : 0;
  }

  private UserException missing(Path file) throws IOException {
    return UserException.of(
        "%s: missing; expected of the configured network on %d tensor-parallel rank(s); %s",
        file, tensorRanks(), CheckpointDirectory.adviceBefore(directory));
  }
}
