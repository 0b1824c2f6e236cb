package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import neox.base.UserException;
import neox.weights.NamedTensor;
import neox.weights.TensorView;
import neox.weights.safetensors.SafetensorsFile;
import neox.weights.safetensors.SafetensorsWriter;

/// Adam's state in a checkpoint: per parameter the two moments, and the fp32 weights when the
/// network's own are narrower. Keyed by [neox.weights.ParameterSpec#key], so it can be resharded.
///
/// This is our own format: DeepSpeed flattens all parameters and cuts the result by rank.
public final class OptimizerStateFile implements AutoCloseable {
  /// The file's name in a checkpoint directory.
  public static final String NAME = "neox_optimizer.safetensors";

  private static final String EXP_AVG = ".exp_avg";
  private static final String EXP_AVG_SQ = ".exp_avg_sq";
  private static final String MASTER = ".master";
  private static final String STEP = "step";

  /// The state of one parameter.
  ///
  /// @param expAvg first moment
  /// @param expAvgSq second moment
  /// @param master fp32 weights; empty when the network's own are fp32
  public record Moments(
      String key, TensorView expAvg, TensorView expAvgSq, Optional<TensorView> master) {}

  private final Path path;
  private final SafetensorsFile file;
  private final Set<String> keys = new LinkedHashSet<>();
  private final long step;

  private OptimizerStateFile(Path path) throws IOException {
    this.path = path;
    this.file = SafetensorsFile.open(path);
    boolean read = false;
    try {
      this.step = readStep();
      for (String name : file.names()) {
        keys.add(key(name));
      }
      keys.forEach(this::requireBothMoments);
      read = true;
    } finally {
      if (!read) {
        file.close();
      }
    }
  }

  /// True when the checkpoint in `directory` has optimizer state of ours.
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(NAME));
  }

  /// Writes the state of all parameters into a checkpoint's directory.
  ///
  /// @param step optimizer steps taken, which the bias correction needs
  public static void write(Path directory, long step, List<Moments> state) throws IOException {
    List<NamedTensor> tensors = new ArrayList<>();
    for (Moments moments : state) {
      tensors.add(NamedTensor.of(moments.key() + EXP_AVG, moments.expAvg()));
      tensors.add(NamedTensor.of(moments.key() + EXP_AVG_SQ, moments.expAvgSq()));
      moments
          .master()
          .ifPresent(master -> tensors.add(NamedTensor.of(moments.key() + MASTER, master)));
    }
    SafetensorsWriter.writeFile(
        directory.resolve(NAME), tensors, Map.of(STEP, String.valueOf(step)));
  }

  /// Opens the state in a checkpoint's directory; its views live until [#close].
  public static OptimizerStateFile open(Path directory) throws IOException {
    Path path = directory.resolve(NAME);
    if (!Files.exists(path)) {
      throw new UserException(
          directory
              + ": no optimizer state ("
              + NAME
              + "); continue with its weights alone by"
              + " no_load_optim: true or finetune: true");
    }
    return new OptimizerStateFile(path);
  }

  /// Optimizer steps taken.
  public long step() {
    return step;
  }

  /// Parameters that have state.
  public Set<String> keys() {
    return Set.copyOf(keys);
  }

  /// The state of one parameter; [UserException] when the file has none.
  public Moments moments(String key) {
    if (!keys.contains(key)) {
      throw new UserException(path + ": no optimizer state for parameter " + key);
    }
    Optional<TensorView> master =
        file.names().contains(key + MASTER)
            ? Optional.of(file.view(key + MASTER))
            : Optional.empty();
    return new Moments(key, file.view(key + EXP_AVG), file.view(key + EXP_AVG_SQ), master);
  }

  @Override
  public void close() {
    file.close();
  }

  private long readStep() {
    String text = file.metadata().getOrDefault(STEP, "");
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new UserException(path + ": its metadata names no step, but '" + text + "'", e);
    }
  }

  private String key(String name) {
    for (String suffix : List.of(EXP_AVG, EXP_AVG_SQ, MASTER)) {
      if (name.endsWith(suffix)) {
        return name.substring(0, name.length() - suffix.length());
      }
    }
    throw new UserException(path + ": tensor " + name + " is no optimizer state");
  }

  private void requireBothMoments(String key) {
    for (String suffix : List.of(EXP_AVG, EXP_AVG_SQ)) {
      if (!file.names().contains(key + suffix)) {
        throw new UserException(path + ": tensor " + key + suffix + " is missing");
      }
    }
  }
}
