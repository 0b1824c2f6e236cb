import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import neox.base.UserException;
import neox.config.ConfigLoader;
import neox.config.ConfigSource;
import neox.config.LoadedConfig;
import neox.weights.DType;
import neox.weights.Floats;
import neox.weights.TensorView;
import neox.weights.neox.CheckpointContent;
import neox.weights.neox.CheckpointContent.Layout;
import neox.weights.neox.CheckpointPart;
import neox.weights.neox.NeoxCheckpoint;
import neox.weights.neox.NeoxCheckpointWriter;
import neox.weights.neox.Reading;
import neox.weights.neox.Reading.Weights;
import neox.weights.spec.LayerSpec;
import neox.weights.spec.NetworkSpec;
import neox.weights.spec.ParameterSpec;
import neox.weights.spec.Shards;

/// Loads every recorded checkpoint, every byte of it; compares float32 masters with the weights that
/// are their roundings; writes it again in the layout that it had. See `checkpoints.sh`.
///
/// Usage: Checkpoints GOLDEN_DIR WORK_DIR
public final class Checkpoints {
  private final Path golden;
  private final Path work;
  private final List<String> written = new ArrayList<>();
  private int loaded;
  private int refused;
  private int failures;

  private Checkpoints(Path golden, Path work) {
    this.golden = golden;
    this.work = work;
  }

  public static void main(String[] args) throws IOException {
    Checkpoints all = new Checkpoints(Path.of(args[0]), Path.of(args[1]));
    System.out.println("| checkpoint | files | tensor ranks | tensors | type | masters |");
    System.out.println("|---|---|---|---|---|---|");
    try (Stream<Path> tree = Files.walk(all.golden, 6)) {
      for (Path directory :
          tree.filter(path -> path.getFileName().toString().startsWith("global_step"))
              .filter(Files::isDirectory)
              .sorted()
              .toList()) {
        all.load(directory);
      }
    }
    Files.write(all.work.resolve("written.txt"), all.written);
    System.out.printf(
        "%n%d checkpoints: %d load, %d are refused, %d fail%n",
        all.loaded + all.refused + all.failures, all.loaded, all.refused, all.failures);
    System.exit(all.failures == 0 ? 0 : 1);
  }

  private void load(Path directory) throws IOException {
    String name = golden.relativize(directory).toString().replace("/checkpoints/", ", ");
    try {
      LoadedConfig config = config(directory);
      try (NeoxCheckpoint model = open(directory, config, Reading.PLAIN)) {
        long tensors = 0;
        for (String each : model.names()) {
          tensors += model.view(each).bytes().byteSize() > 0 ? 1 : 0;
        }
        System.out.printf(
            Locale.ROOT,
            "| %s | %s | %d | %d | %s | %s |%n",
            name, files(directory), model.tensorParallelSize(), tensors,
            model.dtype(model.names().iterator().next()).name().toLowerCase(Locale.ROOT),
            masters(directory, config, model));
        rewrite(directory, config, model);
        loaded++;
      }
    } catch (UserException e) {
      String message = String.valueOf(e.getMessage());
      boolean known = message.contains("are not built yet");
      refused += known ? 1 : 0;
      failures += known ? 0 : 1;
      System.out.printf(
          "| %s | %s | %s%s |%n", name, files(directory), known ? "refused: " : "**fails**: ",
          message.replace(golden.toString(), "…").lines().findFirst().orElse(""));
    }
  }

  private static NeoxCheckpoint open(Path directory, LoadedConfig config, Reading reading)
      throws IOException {
    return NeoxCheckpoint.open(directory, OptionalLong.empty(), config.config(), reading);
  }

  /// That of the checkpoint, or the run's beside it.
  private static LoadedConfig config(Path directory) throws IOException {
    Path saved = NeoxCheckpoint.configs(directory);
    return Files.isDirectory(saved)
        ? ConfigLoader.readCheckpoint(saved)
        : ConfigLoader.readModel(ConfigSource.of(directory.resolve("../../config.yml").normalize()));
  }

  private static String files(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return String.join(
          ", ",
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.endsWith(".pt"))
              .map(file -> file.replaceAll("\\d+", "N").replace("_states.pt", ""))
              .distinct()
              .sorted()
              .toList());
    }
  }

  /// Masters round to the weights beside them.
  private String masters(Path directory, LoadedConfig config, NeoxCheckpoint model)
      throws IOException {
    try (NeoxCheckpoint masters = open(directory, config, Reading.PLAIN.withWeights(Weights.MASTERS))) {
      int equal = 0;
      int finer = 0;
      for (String name : model.names()) {
        TensorView weight = model.view(name);
        TensorView master = masters.view(name);
        equal +=
            Floats.convert(master, weight.dtype()).bytes().mismatch(weight.bytes()) < 0 ? 1 : 0;
        finer +=
            Floats.convert(weight, DType.FLOAT32).bytes().mismatch(master.bytes()) >= 0 ? 1 : 0;
      }
      boolean all = equal == model.names().size();
      failures += all ? 0 : 1;
      return all
          ? "round to the weights; %d are finer".formatted(finer)
          : "**%d of %d round to the weights**".formatted(equal, model.names().size());
    } catch (UserException e) {
      return String.valueOf(e.getMessage()).contains("no state of an optimizer") ? "none" : "**" + e.getMessage() + "**";
    }
  }

  /// In the files that it had, but for what only DeepSpeed writes (ZeRO 3).
  private void rewrite(Path directory, LoadedConfig config, NeoxCheckpoint model)
      throws IOException {
    boolean layered = files(directory).contains("layer_N");
    boolean states = Files.exists(directory.resolve("mp_rank_00_model_states.pt"));
    if (!states) {
      return;
    }
    Path target = work.resolve("w" + written.size());
    Files.createDirectories(target);
    int tensorRanks = model.tensorParallelSize();
    int stages = layered ? Math.toIntExact(count(directory, "mp_rank_") / tensorRanks) : 1;
    NetworkSpec network = NetworkSpec.of(model.config(), model.paddedVocab());
    Map<String, ParameterSpec> specs = new HashMap<>();
    network.parameters().forEach(spec -> specs.put(spec.key(), spec));
    for (int stage = 0; stage < stages; stage++) {
      int from = stage * network.layers().size() / stages;
      int to = (stage + 1) * network.layers().size() / stages;
      List<LayerSpec> layers = network.layers().subList(from, to);
      for (int rank = 0; rank < tensorRanks; rank++) {
        int tensorRank = rank;
        NeoxCheckpointWriter.write(
            target,
            new CheckpointContent(
                new CheckpointPart(network, layers, stage, stages, rank, tensorRanks, 1),
                config.config().tokenizer().type(),
                model.iteration(),
                0,
                layered ? Layout.FILE_PER_LAYER : Layout.FILE_PER_RANK,
                CheckpointContent.existing(key ->
                    Shards.split(specs.get(key), model.view(key), tensorRank, tensorRanks)),
                Map.of(),
                Map.of()));
      }
    }
    written.add(directory.toAbsolutePath() + "\t" + target);
  }

  private static long count(Path directory, String prefix) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.getFileName().toString().startsWith(prefix)).count();
    }
  }
}
