package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.weights.Integrity;
import neox.weights.pickle.None;
import neox.weights.pickle.TorchFile;

/// The files of a checkpoint that hold weights, opened: one for each layer and tensor-parallel
/// rank, or one for each rank, or those of ZeRO 3, where the optimizer's files hold the weights.
final class CheckpointFiles implements AutoCloseable {
  private static final int MOST_RANKS = 1 << 16;

  private final Path directory;
  private final Integrity integrity;
  private final List<TorchFile> files = new ArrayList<>();
  private final List<RankTensors> ranks = new ArrayList<>();
  private final Map<String, Object> clientState = new LinkedHashMap<>();
  private Path stateFile;
  private CheckpointDigests digests = CheckpointDigests.none();
  private boolean layered;

  CheckpointFiles(Path directory, Integrity integrity) {
    this.directory = directory;
    this.integrity = integrity;
    this.stateFile = directory;
  }

  void read() throws IOException {
    if (integrity.isChecked()) {
      digests = CheckpointDigests.read(directory);
    }
    for (CheckpointDirectory.RankFiles rankFiles : CheckpointDirectory.layerFiles(directory)) {
      RankTensors rank = new RankTensors(digests);
      for (Map.Entry<Integer, Path> layer : rankFiles.layers().entrySet()) {
        rank.addLayer(load(layer.getValue()), layer.getKey());
      }
      ranks.add(rank);
    }
    layered = !ranks.isEmpty();
    List<Path> models = CheckpointDirectory.modelStateFiles(directory);
    for (int rank = 0; rank < models.size() && (rank == 0 || !layered); rank++) {
      readState(models.get(rank), rank);
    }
  }

  private void readState(Path file, int rank) throws IOException {
    TorchFile source = load(file);
    if (!(source.root() instanceof Map<?, ?> state)) {
      throw new UserException(file + ": does not hold a dict");
    }
    if (!layered) {
      Object module = state.get("module");
      if (module == null || module == None.NONE) {
        throw new UserException(file + ": its 'module' is empty and there are no layer files");
      }
      RankTensors tensors = new RankTensors(digests);
      if (CheckpointDirectory.isPartitioned(file)) {
        addPartitioned(tensors, source, module, rank);
      } else {
        tensors.addModule(source, module);
      }
      ranks.add(tensors);
    }
    if (rank == 0) {
      state.forEach((key, value) -> clientState.put(String.valueOf(key), value));
      clientState.remove("module");
      stateFile = file;
    }
  }

  /// With ZeRO 3 the module's tensors are empty; the weights are the optimizer's float32 ones.
  private void addPartitioned(RankTensors tensors, TorchFile source, Object module, int rank)
      throws IOException {
    DeepSpeedFiles optimizer = new DeepSpeedFiles(directory, integrity);
    try {
      RankState state = optimizer.partitioned(source, rank);
      tensors.addModule(source, module);
      tensors.fill(state);
    } finally {
      files.addAll(optimizer.opened());
    }
  }

  private TorchFile load(Path path) throws IOException {
    TorchFile file = TorchFile.open(path, integrity);
    files.add(file);
    return file;
  }

  /// The tensors of each tensor-parallel rank.
  List<RankTensors> ranks() {
    return ranks;
  }

  /// Everything but the weights that the first rank stored.
  Map<String, Object> clientState() {
    return clientState;
  }

  /// Where that was read; the directory when there is no such file.
  Path stateFile() {
    return stateFile;
  }

  /// Whether each layer has its own files, as `pipe_parallel_size` 1 and more writes them.
  boolean isLayered() {
    return layered;
  }

  /// Whether ZeRO 3 has cut the weights.
  boolean isPartitioned() {
    return CheckpointDirectory.isPartitioned(stateFile);
  }

  /// A number of ranks that the checkpoint has stored, beside its state or in its arguments; 0
  /// where it has not.
  int count(String key) {
    Object arguments = clientState.get("args");
    Object value =
        clientState.containsKey(key) || !(arguments instanceof Map<?, ?> map)
            ? clientState.get(key)
            : map.get(key);
    return value instanceof Long ranks && ranks > 0 && ranks <= MOST_RANKS
        ? Math.toIntExact(ranks)
        : 0;
  }

  @Override
  public void close() {
    files.forEach(TorchFile::close);
  }
}
