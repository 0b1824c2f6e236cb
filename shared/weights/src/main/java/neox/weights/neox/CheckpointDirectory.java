package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import neox.base.UserException;

/// Finds the directory of one checkpoint, and the files in it.
final class CheckpointDirectory {
  private static final Pattern HF_WEIGHTS =
      Pattern.compile(
          "(model|pytorch_model)(-\\d+-of-\\d+)?\\.(safetensors|bin)(\\.index\\.json)?");

  /// The layer files of one tensor-parallel rank, by layer.
  record RankFiles(TreeMap<Integer, Path> layers) {}

  /// Where the checkpoint lies that `directory` names: `directory` itself, the one its `latest`
  /// file names, or that of `iteration`.
  static Path resolve(Path directory, OptionalLong iteration) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new UserException(directory + ": no such checkpoint directory");
    }
    if (holdsWeights(directory)) {
      return requireIteration(directory, iteration);
    }
    if (iteration.isPresent()) {
      Path wanted = directory.resolve(CheckpointNames.directory(iteration.getAsLong()));
      return requireThere(directory, wanted, "no checkpoint of iteration " + iteration.getAsLong());
    }
    Path latest = directory.resolve(CheckpointNames.LATEST);
    if (!Files.exists(latest)) {
      refuseHuggingFace(directory);
      throw new UserException(
          directory + ": no file 'latest'; " + available(directory) + "; name one of them");
    }
    String tag = CheckpointNames.readLatest(directory);
    return requireThere(directory, directory.resolve(tag), "'latest' names " + tag);
  }

  /// Tells what of Hugging Face's a directory holds that is no model yet.
  private static void refuseHuggingFace(Path directory) throws IOException {
    if (Files.exists(directory.resolve("adapter_config.json"))) {
      throw UserException.of(
          "%s: holds adapters of PEFT (adapter_config.json), which are no model by themselves; name a"
              + " checkpoint that 'neox-convert-hf --from-hf --input-dir %s --base MODEL --output-dir"
              + " DIR' makes of them and the model that they adapt",
          directory, directory);
    }
    for (Path file : list(directory)) {
      String name = String.valueOf(file.getFileName());
      if (HF_WEIGHTS.matcher(name).matches()) {
        throw UserException.of(
            "%s: has weights of Hugging Face (%s), but no config.json, which says of what network;"
                + " put the model's own beside them",
            directory, name);
      }
    }
  }

  /// The last complete checkpoints in a directory, oldest first.
  static List<Path> last(Path directory, int count) throws IOException {
    if (!Files.isDirectory(directory)) {
      throw new UserException(directory + ": no such directory of checkpoints");
    }
    TreeMap<Long, Path> steps = new TreeMap<>();
    for (Path path : list(directory)) {
      OptionalLong step = step(path);
      if (step.isPresent() && Files.isDirectory(path) && holdsWeights(path)) {
        steps.put(step.getAsLong(), path);
      }
    }
    if (steps.size() < count) {
      throw UserException.of(
          "%s: expected at least %d checkpoints, found %d; %s",
          directory, count, steps.size(), available(directory));
    }
    List<Path> all = List.copyOf(steps.values());
    return all.subList(all.size() - count, all.size());
  }

  /// The number in the directory's name.
  static OptionalLong step(Path directory) {
    return CheckpointNames.iteration(String.valueOf(directory.getFileName()));
  }

  /// The layer files by tensor-parallel rank; an empty list when the checkpoint has none.
  static List<RankFiles> layerFiles(Path directory) throws IOException {
    TreeMap<Integer, RankFiles> ranks = new TreeMap<>();
    for (Path path : list(directory)) {
      Matcher matcher = CheckpointNames.LAYER_FILE.matcher(String.valueOf(path.getFileName()));
      if (matcher.matches()) {
        int layer = Integer.parseInt(matcher.group(1));
        int rank = Integer.parseInt(matcher.group(2));
        RankFiles files = ranks.computeIfAbsent(rank, r -> new RankFiles(new TreeMap<>()));
        files.layers().put(layer, path);
      }
    }
    for (int rank = 0; rank < ranks.size(); rank++) {
      if (!ranks.containsKey(rank)) {
        throw UserException.of(
            "%s: no layer files of tensor-parallel rank %02d, but of rank %02d",
            directory, rank, ranks.lastKey());
      }
    }
    return List.copyOf(ranks.values());
  }

  /// The `mp_rank_XX_model_states.pt` files in order of rank; may be empty.
  static List<Path> rankFiles(Path directory) throws IOException {
    return files(directory, CheckpointNames.RANK_FILE);
  }

  private static List<Path> files(Path directory, Pattern name) throws IOException {
    TreeMap<Integer, Path> ranks = new TreeMap<>();
    for (Path path : list(directory)) {
      Matcher matcher = name.matcher(String.valueOf(path.getFileName()));
      if (matcher.matches()) {
        ranks.put(Integer.parseInt(matcher.group(1)), path);
      }
    }
    return List.copyOf(ranks.values());
  }

  /// The files that hold each model-parallel rank's state, in order of rank: those of [#rankFiles],
  /// or those of ZeRO 3; may be empty.
  static List<Path> modelStateFiles(Path directory) throws IOException {
    List<Path> files = rankFiles(directory);
    return files.isEmpty() ? files(directory, CheckpointNames.PARTITIONED_FILE) : files;
  }

  /// Whether a rank's state file is one of ZeRO 3, whose module is empty.
  static boolean isPartitioned(Path file) {
    return CheckpointNames.PARTITIONED_FILE.matcher(String.valueOf(file.getFileName())).matches();
  }

  /// The optimizer's state of one data-parallel rank of a model-parallel rank, if there is one.
  static Optional<Path> optimizerFile(Path directory, int dataRank, int modelRank) {
    return CheckpointNames.optimizerFiles(dataRank, modelRank).stream()
        .map(directory::resolve)
        .filter(Files::exists)
        .findFirst();
  }

  private static Path requireIteration(Path directory, OptionalLong iteration) {
    OptionalLong step = step(directory);
    if (iteration.isPresent() && step.isPresent() && !step.equals(iteration)) {
      throw new UserException(
          directory
              + ": this is the checkpoint of iteration "
              + step.getAsLong()
              + ", not "
              + iteration.getAsLong()
              + "; give the directory above it");
    }
    return directory;
  }

  private static Path requireThere(Path directory, Path wanted, String problem) throws IOException {
    if (!Files.isDirectory(wanted) || !holdsWeights(wanted)) {
      throw new UserException(
          directory
              + ": "
              + problem
              + ", but there is no complete "
              + wanted.getFileName()
              + "; "
              + available(directory));
    }
    return wanted;
  }

  private static boolean holdsWeights(Path directory) throws IOException {
    return !layerFiles(directory).isEmpty() || !modelStateFiles(directory).isEmpty();
  }

  /// What to load in place of a checkpoint that is not complete: the one before, if there is one.
  static String adviceBefore(Path directory) throws IOException {
    OptionalLong damaged = step(directory);
    Path parent = directory.toAbsolutePath().getParent();
    TreeMap<Long, Path> earlier = new TreeMap<>();
    if (damaged.isPresent() && parent != null) {
      for (Path path : list(parent)) {
        OptionalLong step = step(path);
        if (step.isPresent() && step.getAsLong() < damaged.getAsLong() && holdsWeights(path)) {
          earlier.put(step.getAsLong(), path);
        }
      }
    }
    return earlier.isEmpty()
        ? "there is no checkpoint before it"
        : "the one before is %s (iteration: %d)"
            .formatted(
                directory.resolveSibling(earlier.lastEntry().getValue().getFileName()),
                earlier.lastKey());
  }

  private static String available(Path directory) throws IOException {
    TreeMap<Long, String> steps = new TreeMap<>();
    for (Path path : list(directory)) {
      step(path).ifPresent(step -> steps.put(step, String.valueOf(path.getFileName())));
    }
    return steps.isEmpty()
        ? "there are no checkpoints (global_step*) in it"
        : "there are " + String.join(", ", steps.values());
  }

  static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> paths = Files.list(directory)) {
      return new ArrayList<>(paths.sorted().toList());
    }
  }

  private CheckpointDirectory() {}
}
