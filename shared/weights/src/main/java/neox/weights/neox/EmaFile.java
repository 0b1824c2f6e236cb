package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import neox.base.UserException;
import neox.weights.LazyTensor;
import neox.weights.NamedTensor;
import neox.weights.TensorStore;
import neox.weights.TensorView;
import neox.weights.safetensors.SafetensorsFile;
import neox.weights.safetensors.SafetensorsWriter;

/// The exponential moving average of the weights in a checkpoint, where training has kept one
/// (`ema.enable`): whole parameters in float32, called as [neox.weights.spec.ParameterSpec#key]
/// says. Parameters that are not trained are not in it.
public final class EmaFile implements TensorStore {
  /// The file's name in a checkpoint's directory.
  public static final String NAME = "neox_ema.safetensors";

  /// What the average is called among what the optimizer remembers of a parameter.
  public static final String SLOT = "ema";

  private final Path path;
  private final SafetensorsFile file;

  private EmaFile(Path path) throws IOException {
    this.path = path;
    this.file = SafetensorsFile.open(path);
  }

  /// True when the checkpoint in `directory` has an average.
  public static boolean isIn(Path directory) {
    return Files.exists(directory.resolve(NAME));
  }

  /// Writes the averages of all parameters into a checkpoint's directory.
  ///
  /// @param averages asked for their bytes one after the other
  public static void write(Path directory, List<NamedTensor> averages) throws IOException {
    SafetensorsWriter.writeFile(directory.resolve(NAME), averages, Map.of());
  }

  /// Opens the average in a checkpoint's directory; its views live until [#close].
  public static EmaFile open(Path directory) throws IOException {
    if (!isIn(directory)) {
      throw UserException.of(
          "%s: no average of the weights (%s); training keeps one with ema.enable: true",
          directory, NAME);
    }
    return new EmaFile(directory.resolve(NAME));
  }

  @Override
  public Set<String> names() {
    return file.names();
  }

  /// The average of one parameter; [UserException] when there is none.
  @Override
  public TensorView view(String name) {
    if (!file.names().contains(name)) {
      throw UserException.of("%s: tensor %s is missing", path, name);
    }
    return file.view(name);
  }

  @Override
  public LazyTensor tensor(String name) {
    return file.tensor(name);
  }

  @Override
  public void close() {
    file.close();
  }
}
