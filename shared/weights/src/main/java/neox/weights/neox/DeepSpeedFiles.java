package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import neox.base.UserException;
import neox.weights.Integrity;
import neox.weights.pickle.TorchFile;
import org.jspecify.annotations.Nullable;

/// The files of a checkpoint in which DeepSpeed keeps the optimizer's state: either one for each
/// data-parallel rank of each model-parallel rank (ZeRO, bfloat16), or an entry of each
/// model-parallel rank's state.
final class DeepSpeedFiles implements AutoCloseable {
  private static final int MOST_MICRO_BATCHES = 1 << 20;

  private final Path directory;
  private final Integrity integrity;
  private final List<TorchFile> opened = new ArrayList<>();
  private final List<Map<?, ?>> states = new ArrayList<>();
  private final List<List<OptimizerPart>> parts = new ArrayList<>();
  private final List<ParameterOrder> orders = new ArrayList<>();

  DeepSpeedFiles(Path directory, Integrity integrity) {
    this.directory = directory;
    this.integrity = integrity;
  }

  /// Opens and checks all files.
  void read() throws IOException {
    List<Path> models = CheckpointDirectory.modelStateFiles(directory);
    for (int rank = 0; rank < models.size(); rank++) {
      TorchFile file = open(models.get(rank));
      Map<?, ?> state = dict(file, file.root());
      states.add(state);
      requireAllRanks(models, state);
      if (state.get("param_shapes") instanceof List<?> shapes) {
        orders.add(ParameterOrder.ofShapes(file, shapes));
      }
      if (state.get("optimizer") instanceof Map<?, ?> optimizer) {
        parts.add(List.of(new OptimizerPart(file, optimizer)));
      } else {
        List<OptimizerPart> partitions = partitions(rank);
        if (!partitions.isEmpty()) {
          parts.add(partitions);
        }
      }
    }
    if (!parts.isEmpty() && parts.size() != states.size()) {
      throw UserException.of(
          "%s: optimizer state of %d model-parallel ranks; expected that of all %d",
          directory, parts.size(), states.size());
    }
  }

  /// The weights that ZeRO 3 keeps among the optimizer's state of one model-parallel rank.
  ///
  /// @param model that rank's state
  RankState partitioned(TorchFile model, int modelRank) throws IOException {
    List<OptimizerPart> partitions = partitions(modelRank);
    if (partitions.isEmpty()) {
      throw UserException.of(
          "%s: missing; expected the weights of ZeRO 3 in it",
          directory.resolve(CheckpointNames.optimizerFiles(0, modelRank).getFirst()));
    }
    if (!(dict(model, model.root()).get("param_shapes") instanceof List<?> shapes)) {
      throw UserException.of("%s: has no param_shapes; expected those of ZeRO 3", model.path());
    }
    return new RankState(partitions, ParameterOrder.ofShapes(model, shapes));
  }

  private void requireAllRanks(List<Path> models, Map<?, ?> state) {
    if (state.get("mp_world_size") instanceof Long ranks && ranks > models.size()) {
      throw UserException.of(
          "%s: states of %d model-parallel ranks (mp_rank); expected %d",
          directory, models.size(), ranks);
    }
  }

  private List<OptimizerPart> partitions(int modelRank) throws IOException {
    List<OptimizerPart> partitions = new ArrayList<>();
    Optional<Path> first = CheckpointDirectory.optimizerFile(directory, 0, modelRank);
    if (first.isEmpty()) {
      return partitions;
    }
    partitions.add(part(first.get()));
    int count = partitions.getFirst().partitions();
    for (int rank = 1; rank < count; rank++) {
      Optional<Path> file = CheckpointDirectory.optimizerFile(directory, rank, modelRank);
      if (file.isEmpty()) {
        throw UserException.of(
            "%s: missing; expected the optimizer state of %d data-parallel ranks, as %s says",
            directory.resolve(
                String.valueOf(first.get().getFileName())
                    .replace("zero_pp_rank_0_", "zero_pp_rank_" + rank + "_")),
            count,
            first.get().getFileName());
      }
      partitions.add(part(file.get()));
    }
    return partitions;
  }

  private OptimizerPart part(Path path) throws IOException {
    TorchFile file = open(path);
    return new OptimizerPart(file, dict(file, dict(file, file.root()).get("optimizer_state_dict")));
  }

  private TorchFile open(Path path) throws IOException {
    TorchFile file = TorchFile.open(path, integrity);
    opened.add(file);
    return file;
  }

  private static Map<?, ?> dict(TorchFile file, @Nullable Object value) {
    if (value instanceof Map<?, ?> map) {
      return map;
    }
    throw UserException.of("%s: does not hold a dict", file.path());
  }

  /// What is open, in no order that matters.
  List<TorchFile> opened() {
    return opened;
  }

  /// By model-parallel rank, then by data-parallel rank; empty when nothing was saved.
  List<List<OptimizerPart>> parts() {
    return parts;
  }

  /// The order of each model-parallel rank's parameters, where the files say.
  Optional<List<ParameterOrder>> orders() {
    return orders.isEmpty() || orders.size() != states.size()
        ? Optional.empty()
        : Optional.of(orders);
  }

  /// The keys of parameters that no rank trains.
  Set<String> frozen() {
    Set<String> keys = new LinkedHashSet<>();
    for (Map<?, ?> state : states) {
      if (state.get("frozen_param_shapes") instanceof Map<?, ?> shapes) {
        shapes.keySet().forEach(name -> keys.add(ParameterOrder.key(String.valueOf(name))));
      }
    }
    return keys;
  }

  /// `gradient_accumulation_steps`, as DeepSpeed was told.
  OptionalInt accumulation() {
    return !states.isEmpty()
            && states.getFirst().get("ds_config") instanceof Map<?, ?> config
            && config.get("gradient_accumulation_steps") instanceof Long steps
            && steps > 0
            && steps < MOST_MICRO_BATCHES
        ? OptionalInt.of(Math.toIntExact(steps))
        : OptionalInt.empty();
  }

  @Override
  public void close() {
    opened.forEach(TorchFile::close);
  }
}
