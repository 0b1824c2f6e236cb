package neox.weights.neox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import neox.base.UserException;
import neox.config.ArchitectureCheck;
import neox.config.ConfigLoader;
import neox.config.LoadedConfig;
import neox.config.model.Architecture.Difference;
import neox.weights.pickle.PickledObject;

/// What a checkpoint says its weights were trained as: in the configuration files saved with them,
/// and in the arguments that GPT-NeoX keeps beside them and compares, too.
///
/// @param configs the directory of the saved configuration
/// @param state everything but the weights
/// @param stateFile where `state` was read
record TrainedAs(Path configs, Map<String, Object> state, Path stateFile) {
  private static final String TOKENIZER = "tokenizer_type";

  /// [UserException] with a line for every key in which `configured` is another network.
  void require(LoadedConfig configured) throws IOException {
    requireSavedConfiguration(configured);
    Map<?, ?> arguments = arguments();
    List<Difference> differences =
        new ArrayList<>(ArchitectureCheck.architecture(configured).differences(arguments));
    String tokenizer = configured.config().tokenizer().type();
    if (arguments.get(TOKENIZER) instanceof String stored && !stored.equalsIgnoreCase(tokenizer)) {
      differences.add(new Difference(TOKENIZER, tokenizer, stored));
    }
    ArchitectureCheck.refuse(configured, differences, key -> stateFile + ", args");
  }

  private void requireSavedConfiguration(LoadedConfig configured) throws IOException {
    if (!Files.isDirectory(configs)) {
      return;
    }
    LoadedConfig saved = saved();
    ArchitectureCheck.requireSame(
        configured,
        ArchitectureCheck.architecture(saved),
        key -> saved.isWritten(key) ? saved.origin(key) : configs.toString());
  }

  private LoadedConfig saved() throws IOException {
    try {
      return ConfigLoader.readCheckpoint(configs);
    } catch (UserException e) {
      List<String> problems = new ArrayList<>(String.valueOf(e.getMessage()).lines().toList());
      problems.add(
          "%s: so what the weights were trained as is not known; give %s to go by the configuration"
              .formatted(configs, ArchitectureCheck.OPTION));
      throw UserException.ofAll(problems);
    }
  }

  private Map<?, ?> arguments() {
    Object arguments = state.get("args");
    Object values = arguments instanceof PickledObject object ? object.state() : arguments;
    return values instanceof Map<?, ?> map ? map : Map.of();
  }
}
